package libp2p.interop.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.net.Transport;
import libp2p.core.node.Node;
import libp2p.core.node.Protocol;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Plaintext;
import libp2p.core.wire.Security;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.noise.Noise;
import libp2p.core.wire.yamux.Yamux;
import libp2p.gossipsub.Gossip;
import libp2p.identify.Identify;
import libp2p.interop.peer.JavaPeer.Lines;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.JvmCrypto;
import libp2p.jvm.KeyFile;
import libp2p.jvm.TcpTransport;
import libp2p.multiformats.Nullable;
import libp2p.netty.NettyOptions;
import libp2p.netty.NettyTransport;
import libp2p.netty.Tls;
import libp2p.perf.Perf;
import libp2p.ping.Ping;

/** What a node of ours can be put together from: a new transport, muxer or feature is one line here. */
final class Parts {
    /** A transport, made with options that matter where there are certificates, and where it listens by default. */
    record Carrier(Function<NettyOptions, Transport> make, String listen) {}

    static final Map<String, Carrier> TRANSPORTS = ordered(
            Map.entry("tcp", new Carrier(options -> new TcpTransport(), "/ip4/127.0.0.1/tcp/0")),
            Map.entry("ws", new Carrier(NettyTransport::new, "/ip4/127.0.0.1/tcp/0/ws")),
            Map.entry("wss", new Carrier(NettyTransport::new, "/ip4/127.0.0.1/tcp/0/tls/ws")),
            Map.entry("quic-v1", new Carrier(NettyTransport::new, "/ip4/127.0.0.1/udp/0/quic-v1")),
            Map.entry("webtransport", new Carrier(NettyTransport::new, "/ip4/127.0.0.1/udp/0/quic-v1/webtransport")),
            Map.entry("webrtc-direct", new Carrier(NettyTransport::new, "/ip4/127.0.0.1/udp/0/webrtc-direct")));
    static final Map<String, BiFunction<Crypto, Rng, Security>> SECURITIES = ordered(
            Map.entry("noise", Noise::create),
            Map.entry("tls", (crypto, random) -> new Tls()),
            Map.entry("plaintext", (crypto, random) -> new Plaintext()));
    static final Map<String, Supplier<Muxer>> MUXERS = ordered(Map.entry("yamux", Yamux::new), Map.entry("mplex", Mplex::new));
    static final Map<String, KeyType> KEYS = ordered(Map.entry("ed25519", KeyType.ED25519), Map.entry("secp256k1", KeyType.SECP256K1),
            Map.entry("rsa", KeyType.RSA), Map.entry("ecdsa", KeyType.ECDSA));
    private static final List<String> FEATURES = List.of("transport", "identify", "echo", "perf", "gossip", "bench");
    private static final int RSA_BITS = 2048;

    final Ping ping = new Ping();
    final Perf perf = new Perf();
    final Gossip gossip = new Gossip();
    private final String transport;
    private final List<String> securities;
    private final String muxer;
    private final String key;
    private final @Nullable Path identity;
    private final @Nullable Path certificate;
    private Identify identify;

    Parts(String transport, List<String> securities, String muxer, String key, @Nullable Path identity, @Nullable Path certificate) {
        this.transport = transport;
        this.securities = securities;
        this.muxer = muxer;
        this.key = key;
        this.identity = identity;
        this.certificate = certificate;
    }

    /** WebSockets under that certificate, or one that nobody vouches for, and that look at no other's. */
    private NettyOptions options() throws IOException {
        NettyOptions lenient = NettyOptions.DEFAULT.verifies(false);
        return certificate == null ? lenient.selfSigned() : lenient.keyStore(certificate, "libp2p".toCharArray());
    }

    private PrivateKey identity(JvmCrypto crypto, Rng random) throws IOException {
        KeyType type = KEYS.get(key);
        return identity == null ? new PrivateKey(type, crypto.generate(type, RSA_BITS, random)) : KeyFile.read(identity, crypto);
    }

    @SafeVarargs
    private static <V> Map<String, V> ordered(Map.Entry<String, V>... entries) {
        Map<String, V> all = new LinkedHashMap<>();
        for (Map.Entry<String, V> e : entries) all.put(e.getKey(), e.getValue());
        return all;
    }

    /** The description of the contract. */
    static Map<String, Object> description() {
        Map<String, Object> features = new LinkedHashMap<>();
        for (String f : FEATURES) features.put(f, "both");
        String version = Identify.Params.DEFAULT.agent();
        version = version.substring(version.indexOf('/') + 1);
        return Lines.fields("peer", "java", "version", version, "runtime", "JDK " + System.getProperty("java.version"),
                "packages", Map.of("java-libp2p", version), "dials", names(TRANSPORTS), "listens", names(TRANSPORTS),
                "security", names(SECURITIES), "muxers", names(MUXERS), "keys", names(KEYS), "features", features);
    }

    private static List<String> names(Map<String, ?> map) {
        return new ArrayList<>(map.keySet());
    }

    String listen() {
        return TRANSPORTS.get(transport).listen();
    }

    Identify identify() {
        return identify;
    }

    Host host(List<String> listen, Identities identities, Lines lines, boolean stock) throws IOException {
        JvmCrypto crypto = JvmCrypto.create();
        SecureRandom secure = new SecureRandom();
        Rng random = Rng.of(secure::nextBytes);
        identify = new Identify(Identify.Params.DEFAULT, identities);
        HostBuilder builder = Host.builder();
        for (String security : securities) builder.security(SECURITIES.get(security).apply(crypto, random));
        return builder
                .crypto(crypto)
                .identity(identity(crypto, random))
                .transport(TRANSPORTS.get(transport).make().apply(options()))
                .muxer(MUXERS.get(muxer).get())
                .limits(stock ? Limits.DEFAULT : raised())
                .observer(new Bugs())
                .listen(listen.toArray(new String[0]))
                .protocol(ping, identify, perf, gossip, new ReportingEcho(lines), new Presence(lines, identities))
                .start();
    }

    /** A measuring run makes connections and streams as fast as it can, from one address. */
    private static Limits raised() {
        return Limits.DEFAULT.with()
                .connectionsPerAddressMax(4096)
                .streamOpeningsPerSecond(1 << 20)
                .mplexOpeningsPerSecond(1 << 20)
                .build();
    }

    /** Tells of peers that come and go, once the node knows it: a connection that has ended is not found any more. On the node's loop. */
    private static final class Presence implements Protocol {
        private final Lines lines;
        private final Identities identities;
        private final Map<PeerId, Integer> connections = new HashMap<>();

        Presence(Lines lines, Identities identities) {
            this.lines = lines;
            this.identities = identities;
        }

        @Override
        public List<String> ids() {
            return List.of();
        }

        @Override
        public void start(Node node) {}

        @Override
        public StreamHandler accept(Stream stream) {
            throw new IllegalStateException("nobody can ask for it");
        }

        @Override
        public void onConnection(Connection c) {
            if (connections.merge(c.remote(), 1, Integer::sum) != 1) return;
            lines.say(Lines.fields("event", "connected", "peer", c.remote().toString()));
        }

        @Override
        public void onConnectionClosed(Connection c, CloseReason reason) {
            System.err.println("java-peer: the connection to " + c.remote() + " at " + c.remoteAddress() + " has ended: " + reason);
            if (connections.merge(c.remote(), -1, Integer::sum) != 0) return;
            identities.forget(c.remote());
            lines.say(Lines.fields("event", "disconnected", "peer", c.remote().toString()));
        }
    }

    private static final class Bugs implements Observer {
        @Override
        public void bug(String where, Throwable bug) {
            System.err.println("java-peer: a bug in " + where);
            bug.printStackTrace();
        }
    }

    /** For the texts of options. */
    abstract static class Names implements Iterable<String> {
        private final Collection<String> names;

        Names(Map<String, ?> map) {
            names = map.keySet();
        }

        @Override
        public java.util.Iterator<String> iterator() {
            return names.iterator();
        }
    }

    static final class Transports extends Names {
        Transports() {
            super(TRANSPORTS);
        }
    }

    static final class Securities extends Names {
        Securities() {
            super(SECURITIES);
        }
    }

    static final class Muxers extends Names {
        Muxers() {
            super(MUXERS);
        }
    }

    static final class Keys extends Names {
        Keys() {
            super(KEYS);
        }
    }
}
