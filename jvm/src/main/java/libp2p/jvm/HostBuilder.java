package libp2p.jvm;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.identity.Identity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.Resolver;
import libp2p.core.net.Transport;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.core.node.SwarmConfig;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Security;
import libp2p.core.wire.Workspace;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.noise.Noise;
import libp2p.core.wire.yamux.Yamux;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** A {@link Host} in the making: plain values, with defaults that suit a node on a server. Not thread-safe. */
public final class HostBuilder {
    private final List<Multiaddr> listen = new ArrayList<>();
    private final List<Multiaddr> announce = new ArrayList<>();
    private final List<Multiaddr> appendAnnounce = new ArrayList<>();
    private final List<Transport> transports = new ArrayList<>();
    private final List<Security> securities = new ArrayList<>();
    private final List<Muxer> muxers = new ArrayList<>();
    private final List<Protocol> protocols = new ArrayList<>();
    private @Nullable Identity identity;
    private @Nullable PrivateKey key;
    private Crypto crypto = JvmCrypto.create();
    private Predicate<Multiaddr> announces = a -> true;
    private Limits limits = Limits.DEFAULT;
    private Observer observer = Observer.NONE;
    private Gater gater = Gater.OPEN;
    private @Nullable Resolver resolver;
    private int loops = 1;

    HostBuilder() {}

    /** Who the host is; without this, a fresh Ed25519 key. */
    public HostBuilder identity(Identity who) {
        identity = who;
        return this;
    }

    /** Who the host is, by its private key. */
    public HostBuilder identity(PrivateKey privateKey) {
        key = privateKey;
        return this;
    }

    /** Where to listen; may be called several times. */
    public HostBuilder listen(String... addresses) {
        for (String a : addresses) listen.add(Multiaddr.of(a));
        return this;
    }

    /** What to tell others instead of what the host listens on. */
    public HostBuilder announce(Multiaddr... addresses) {
        announce.addAll(List.of(addresses));
        return this;
    }

    /** What to tell others besides. */
    public HostBuilder appendAnnounce(Multiaddr... addresses) {
        appendAnnounce.addAll(List.of(addresses));
        return this;
    }

    /** Which addresses may be told to others. */
    public HostBuilder announces(Predicate<Multiaddr> filter) {
        announces = filter;
        return this;
    }

    /** How to connect; without this, TCP. */
    public HostBuilder transport(Transport transport) {
        transports.add(transport);
        return this;
    }

    /** How to secure connections, by preference; without this, Noise. */
    public HostBuilder security(Security security) {
        securities.add(security);
        return this;
    }

    /** How to multiplex, by preference; without this, Yamux and then mplex. */
    public HostBuilder muxer(Muxer muxer) {
        muxers.add(muxer);
        return this;
    }

    /** What the host speaks. */
    public HostBuilder protocol(Protocol... more) {
        protocols.addAll(List.of(more));
        return this;
    }

    /** Its bounds. */
    public HostBuilder limits(Limits bounds) {
        limits = bounds;
        return this;
    }

    /** Who hears what happens. */
    public HostBuilder observer(Observer listener) {
        observer = listener;
        return this;
    }

    /** Who has a say in whom to talk to. */
    public HostBuilder gater(Gater say) {
        gater = say;
        return this;
    }

    /** The domain name system. */
    public HostBuilder resolver(Resolver names) {
        resolver = names;
        return this;
    }

    /** The cryptographic primitives. */
    public HostBuilder crypto(Crypto primitives) {
        crypto = primitives;
        return this;
    }

    /** How many loops carry connections: one by default. */
    public HostBuilder loops(int n) {
        if (n < 1) throw new IllegalArgumentException("needs a loop");
        loops = n;
        return this;
    }

    /** Starts the host and listens; what was started is stopped again if that fails. */
    public Host start() throws IOException {
        SecureRandom secure = new SecureRandom();
        List<NioLoop> started = new ArrayList<>();
        for (int i = 0; i < loops; i++) started.add(new NioLoop("libp2p-loop-" + i, System::nanoTime, observer));
        Map<Loop, Workspace> workspaces = new ConcurrentHashMap<>();
        for (NioLoop l : started) workspaces.put(l, new Workspace(l, Rng.of(secure::nextBytes)));
        Rng random = Rng.of(secure::nextBytes);
        Identity who = identity;
        if (who == null) {
            PrivateKey k = key == null ? new PrivateKey(KeyType.ED25519, crypto.generate(KeyType.ED25519, 0, random)) : key;
            who = new LocalIdentity(k, crypto);
        }
        CpuPool pool = new CpuPool();
        SwarmConfig config = new SwarmConfig(
                who,
                crypto,
                started.get(0),
                new ArrayList<>(started),
                random,
                workspaces::get,
                System::currentTimeMillis,
                limits,
                new AtomicScope(limits),
                observer,
                gater,
                resolver,
                pool,
                transports.isEmpty() ? List.of(new TcpTransport()) : transports,
                securities.isEmpty() ? List.of(Noise.create(crypto, random)) : securities,
                muxers.isEmpty() ? List.of(new Yamux(), new Mplex()) : muxers,
                protocols,
                announce,
                appendAnnounce,
                announces);
        Host host = new Host(new Swarm(config), started, pool::close);
        host.start(listen);
        return host;
    }
}
