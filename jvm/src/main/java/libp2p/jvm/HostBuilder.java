package libp2p.jvm;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
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
    private @Nullable Crypto crypto;
    private Predicate<Multiaddr> announces = a -> true;
    private Limits limits = Limits.DEFAULT;
    private Observer observer = new LogObserver();
    private Gater gater = Gater.OPEN;
    private @Nullable Resolver resolver;
    private @Nullable Executor executor;
    private LongSupplier clock = System::nanoTime;
    private LongSupplier wallClock = System::currentTimeMillis;
    private int loops = 1;
    private HostLoops.@Nullable Factory loopFactory;

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

    /** What not to tell others. */
    public HostBuilder noAnnounce(Multiaddr... addresses) {
        Set<Multiaddr> never = new HashSet<>(List.of(addresses));
        return announces(a -> !never.contains(a));
    }

    /** Which addresses may be told to others; of several filters all must agree. */
    public HostBuilder announces(Predicate<Multiaddr> filter) {
        announces = announces.and(filter);
        return this;
    }

    /** How to connect; without this, TCP and what other modules bring. */
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

    /** Who hears what happens; without this, a {@link LogObserver}. */
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

    /**
     * What loops the host runs on; without this, {@link NioLoop}s, and transports that need others make theirs besides.
     * {@link TcpTransport} runs on {@link NioLoop}s only: with others, the transport that they come from has to speak TCP.
     */
    public HostBuilder loops(HostLoops.Factory factory) {
        loopFactory = factory;
        return this;
    }

    /**
     * Where {@link SocketHandler}s run, which may block; without this, virtual threads where there are any. The host does not shut it
     * down.
     */
    public HostBuilder executor(Executor handlers) {
        executor = handlers;
        return this;
    }

    /** The clock of all loops: nanoseconds, never going back. */
    public HostBuilder clock(LongSupplier nanos) {
        clock = nanos;
        return this;
    }

    /** The time of day, for what expires by it, such as certificates: milliseconds of the epoch. Called on any thread. */
    public HostBuilder wallClock(LongSupplier epochMillis) {
        wallClock = epochMillis;
        return this;
    }

    /** Starts the host and listens; what was started is stopped again if that fails. */
    public Host start() throws IOException {
        HostLoops.Factory factory = loopFactory == null ? NioLoops::start : loopFactory;
        HostLoops started = factory.start(loops, clock, observer);
        Closing pools = new Closing();
        Host host;
        try {
            host = new Host(new Swarm(config(started.all(), pools)), started, handlers(pools), pools);
        } catch (RuntimeException e) {
            started.close();
            pools.close();
            throw e;
        }
        host.start(listen);
        return host;
    }

    private SwarmConfig config(List<? extends Loop> started, Closing pools) {
        SecureRandom secure = new SecureRandom();
        Map<Loop, Workspace> workspaces = new ConcurrentHashMap<>();
        Rng random = Rng.of(secure::nextBytes);
        Crypto primitives = crypto == null ? found(Crypto.class, List.of()).stream().findFirst().orElseGet(JvmCrypto::create) : crypto;
        CpuPool cpu = new CpuPool();
        pools.add(cpu);
        return new SwarmConfig(
                who(primitives, random),
                primitives,
                started.get(0),
                new ArrayList<>(started),
                random,
                // Of transports' own loops too, which are as few as theirs are.
                loop -> workspaces.computeIfAbsent(loop, l -> new Workspace(l, Rng.of(secure::nextBytes))),
                wallClock,
                limits,
                new AtomicScope(limits),
                observer,
                gater,
                resolver == null ? dns(pools) : resolver,
                cpu,
                transports.isEmpty() ? found(Transport.class, loopFactory == null ? List.of(new TcpTransport()) : List.of()) : transports,
                securities.isEmpty() ? found(Security.class, List.of(Noise.create(primitives, random))) : securities,
                muxers.isEmpty() ? List.of(new Yamux(), new Mplex()) : muxers,
                protocols,
                announce,
                appendAnnounce,
                announces);
    }

    private Identity who(Crypto primitives, Rng random) {
        Identity who = identity;
        if (who != null) return who;
        PrivateKey k = key == null ? new PrivateKey(KeyType.ED25519, primitives.generate(KeyType.ED25519, 0, random)) : key;
        return new LocalIdentity(k, primitives);
    }

    private Executor handlers(Closing pools) {
        if (executor != null) return executor;
        ExecutorService own = Threads.perTask("libp2p-handler");
        pools.add(own::shutdownNow);
        return own;
    }

    private Resolver dns(Closing pools) {
        DnsResolver dns = new DnsResolver(limits.dnsAnswersMax());
        pools.add(dns);
        return dns;
    }

    /** Ours, and those that other modules bring: the one place where services are looked up. */
    private static <T> List<T> found(Class<T> service, List<T> ours) {
        List<T> all = new ArrayList<>(ours);
        for (T one : ServiceLoader.load(service, HostBuilder.class.getClassLoader())) all.add(one);
        return all;
    }

    /** What to close with the host. */
    private static final class Closing implements AutoCloseable {
        private final List<AutoCloseable> all = new ArrayList<>();

        void add(AutoCloseable one) {
            all.add(one);
        }

        @Override
        public void close() {
            for (AutoCloseable one : all) {
                try {
                    one.close();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
