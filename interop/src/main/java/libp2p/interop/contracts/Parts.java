package libp2p.interop.contracts;

import java.security.SecureRandom;
import java.util.Set;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.net.Transport;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Security;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.noise.Noise;
import libp2p.core.wire.yamux.Yamux;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.jvm.HostBuilder;
import libp2p.jvm.JvmCrypto;
import libp2p.jvm.TcpTransport;
import libp2p.netty.NettyOptions;
import libp2p.netty.NettyTransport;
import libp2p.netty.Tls;

/** A node of what the suites name. A name that is not known is an {@link IllegalArgumentException}. */
final class Parts {
    private static final Set<String> STANDALONE = Set.of("quic-v1", "webtransport", "webrtc-direct");

    private final Variables variables;

    /** What the variables name; all of it is looked at before anything is tried. */
    Parts(Variables variables) {
        this.variables = variables;
    }

    /** A host with nothing but identify, which listens nowhere yet. */
    HostBuilder builder() {
        address();
        Crypto crypto = JvmCrypto.create();
        SecureRandom secure = new SecureRandom();
        HostBuilder builder = Host.builder().crypto(crypto).transport(transport()).protocol(new Identify());
        if (standalone()) return builder; // whatever the suite says of security and muxer: they have their own
        return builder.security(security(crypto, Rng.of(secure::nextBytes))).muxer(muxer());
    }

    private boolean standalone() {
        return STANDALONE.contains(variables.transport());
    }

    /** Where to listen. */
    String address() {
        String ip = "/" + (variables.ip().contains(":") ? "ip6" : "ip4") + "/" + variables.ip();
        return switch (variables.transport()) {
            case "tcp" -> ip + "/tcp/0";
            case "ws" -> ip + "/tcp/0/ws";
            case "wss" -> ip + "/tcp/0/tls/ws";
            case "quic-v1" -> ip + "/udp/0/quic-v1";
            case "webtransport" -> ip + "/udp/0/quic-v1/webtransport";
            case "webrtc-direct" -> ip + "/udp/0/webrtc-direct";
            default -> throw new IllegalArgumentException("no transport " + variables.transport());
        };
    }

    private Transport transport() {
        return switch (variables.transport()) {
            case "tcp" -> new TcpTransport();
            case "wss" -> new NettyTransport(NettyOptions.DEFAULT.selfSigned().verifies(false)); // as all listeners of the suites are
            default -> new NettyTransport();
        };
    }

    private Security security(Crypto crypto, Rng random) {
        return switch (variables.security()) {
            case "noise" -> Noise.create(crypto, random);
            case "tls" -> new Tls();
            default -> throw new IllegalArgumentException("no secure channel " + variables.security());
        };
    }

    private Muxer muxer() {
        return switch (variables.muxer()) {
            case "yamux" -> new Yamux();
            case "mplex" -> new Mplex();
            default -> throw new IllegalArgumentException("no muxer " + variables.muxer());
        };
    }
}
