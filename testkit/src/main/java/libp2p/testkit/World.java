package libp2p.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.identity.Identity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.LocalIdentity;
import libp2p.core.identity.PrivateKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Gater;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Resolver;
import libp2p.core.node.Offload;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.core.node.SwarmConfig;
import libp2p.core.node.TallyScope;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Security;
import libp2p.core.wire.Workspace;
import libp2p.core.wire.noise.Noise;
import libp2p.core.wire.yamux.Yamux;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * A few real nodes in virtual time, connected through memory: where protocols are tested.
 *
 * <p>Nothing happens but in {@link #settle} and {@link #advance}. A bug that a node reports fails the test in either.
 */
public final class World {
    /** What limits nothing that a peer may want to try. */
    public static final Limits RECKLESS = Limits.DEFAULT.with()
            .streamsOutboundPerProtocolMax(1 << 20).streamsOutboundPerConnectionMax(1 << 20).streamsUnnegotiatedMax(1 << 20).build();

    /** Midnight of 2026-01-01 UTC, when every world begins. */
    public static final long EPOCH_MILLIS = 1_767_225_600_000L;

    private static final long SECOND = 1_000_000_000L;
    private static final int ENDINGS_MAX = 1000;

    private final TestLoop.Clock clock = new TestLoop.Clock();
    private final MemoryTransport.Network network = new MemoryTransport.Network();
    private final Crypto crypto;
    private final Rng random = Rng.seeded(42);
    private final List<Throwable> bugs = new ArrayList<>();
    private final ArrayDeque<Ending> endings = new ArrayDeque<>();
    private final long begin = clock.nanoTime();
    private final List<TestLoop> loops = new ArrayList<>();
    private final Map<Loop, Workspace> workspaces = new LinkedHashMap<>();
    private int nodes;
    private boolean apart;
    private Muxer muxer = new Yamux();
    private Function<Security, List<Security>> offered = List::of;
    private @Nullable Resolver resolver;
    private Gater gater = Gater.OPEN;

    /** An empty world. */
    public World(Crypto crypto) {
        this.crypto = crypto;
    }

    /** Nodes that are made from now on have connections on another loop than their own, or not. */
    public World apart(boolean yes) {
        apart = yes;
        return this;
    }

    /** Connections that are made from now on run Noise and this muxer over a pipe. */
    public World wired(Muxer over) {
        muxer = over;
        network.wired(true);
        return this;
    }

    /** Nodes that are made from now on offer what this makes of their Noise, by preference. */
    public World offering(Function<Security, List<Security>> madeOfNoise) {
        offered = madeOfNoise;
        return this;
    }

    /** Nodes that are made from now on offer nothing but what this makes, one for each. */
    public World secured(Supplier<Security> one) {
        return offering(noise -> List.of(one.get()));
    }

    /** Nodes that are made from now on look names up there. */
    public World resolver(Resolver names) {
        resolver = names;
        return this;
    }

    /** Nodes that are made from now on ask it. */
    public World gater(Gater say) {
        gater = say;
        return this;
    }

    /** How bytes travel. */
    public MemoryTransport.Network network() {
        return network;
    }

    /** A node that listens on {@link #address} and speaks these protocols. */
    public Swarm node(Protocol... protocols) {
        return node(Limits.DEFAULT, protocols);
    }

    /** The same with limits of its own. */
    public Swarm node(Limits limits, Protocol... protocols) {
        return node(limits, KeyType.ED25519, protocols);
    }

    /** The same with a key of that type. */
    public Swarm node(Limits limits, KeyType type, Protocol... protocols) {
        PrivateKey key = PrivateKey.generate(type, crypto, Rng.seeded(random.nextLong()));
        return node(limits, new LocalIdentity(key, crypto), protocols);
    }

    /** The same with an identity of its own. */
    public Swarm node(Limits limits, Identity identity, Protocol... protocols) {
        TestLoop home = loop();
        Loop far = apart ? loop() : home;
        Rng rng = Rng.seeded(random.nextLong());
        Swarm swarm = new Swarm(new SwarmConfig(
                identity,
                crypto,
                home,
                List.of(far),
                rng,
                this::workspace,
                this::epochMillis,
                limits,
                new TallyScope(limits),
                new Watching(),
                gater,
                resolver,
                Offload.INLINE,
                List.of(new MemoryTransport(network)),
                offered.apply(Noise.create(crypto, rng)),
                List.of(muxer),
                List.of(protocols),
                List.of(),
                List.of(),
                address -> true));
        Multiaddr address = Multiaddr.of("/memory/node" + nodes++);
        home.execute(() -> {
            swarm.start();
            swarm.listen(address, (listener, failure) -> {
                if (listener == null) bugs.add(new AssertionError("does not listen: " + failure));
            });
        });
        settle();
        return swarm;
    }

    private Workspace workspace(Loop loop) {
        return workspaces.computeIfAbsent(loop, l -> new Workspace(l, Rng.seeded(random.nextLong())));
    }

    /** Where a node listens. */
    public Multiaddr address(Swarm node) {
        return node.listenAddresses().get(0);
    }

    /** A new connection from one node to another. */
    public Connection connect(Swarm from, Swarm to) {
        return dial(from, to).value();
    }

    /** What comes of a dial from one node to another. */
    public Result<Connection> dial(Swarm from, Swarm to) {
        Result<Connection> made = new Result<>();
        from.loop().execute(() -> from.dial(Dial.to(address(to), to.identity().id()), made));
        settle();
        return made;
    }

    /** Opens a stream under one id with a handler that does what the test says. */
    public Caller open(Connection connection, String id) {
        Caller caller = new Caller();
        connection.open(List.of(id), OpenOptions.LIMITED, caller);
        return caller;
    }

    /** Runs all that can happen now. */
    public void settle() {
        clock.settle();
        check();
    }

    /** Lets time pass. */
    public void advance(long nanos) {
        clock.advance(nanos);
        check();
    }

    /** Lets seconds pass. */
    public void advanceSeconds(int seconds) {
        advance(seconds * SECOND);
    }

    /** How many buffers are borrowed for connections and for those that are being made. */
    public int buffersLent() {
        int n = 0;
        for (Workspace w : workspaces.values()) n += w.lent();
        return n;
    }

    /** How many timers wait on all loops. */
    public int timers() {
        int n = 0;
        for (TestLoop l : loops) n += l.timers();
        return n;
    }

    private TestLoop loop() {
        TestLoop l = clock.loop();
        loops.add(l);
        return l;
    }

    /** The wall clock. */
    public long epochMillis() {
        return EPOCH_MILLIS + (clock.nanoTime() - begin) / 1_000_000;
    }

    private void check() {
        if (bugs.isEmpty()) return;
        AssertionError all = new AssertionError(bugs.size() + " bugs", bugs.get(0));
        bugs.clear();
        throw all;
    }

    /**
     * How something of a node's ended, as the node told its observer.
     *
     * @param part the step of an upgrade that failed, or "connection", or "stream"
     * @param inbound whether the peer began it
     * @param reason why
     */
    public record Ending(String part, boolean inbound, CloseReason reason) {}

    /** The last endings since this was asked last, of all nodes, in their order. */
    public List<Ending> takeEndings() {
        List<Ending> all = new ArrayList<>(endings);
        endings.clear();
        return all;
    }

    private final class Watching implements Observer {
        private void ended(String part, boolean inbound, CloseReason reason) {
            if (endings.size() == ENDINGS_MAX) endings.remove();
            endings.add(new Ending(part, inbound, reason));
        }

        @Override
        public void upgradeFailed(Multiaddr remote, boolean inbound, String step, CloseReason reason) {
            ended(step, inbound, reason);
        }

        @Override
        public void disconnected(Connection connection, CloseReason reason) {
            ended("connection", connection.inbound(), reason);
        }

        @Override
        public void streamClosed(Connection connection, String protocol, boolean inbound, CloseReason reason) {
            ended("stream", inbound, reason);
        }

        @Override
        public void bug(String where, Throwable bug) {
            bugs.add(new AssertionError("bug in " + where, bug));
        }
    }

    /** How something ended that was asked for. */
    public static final class Result<T> implements Callback<T> {
        private @Nullable T value;
        private @Nullable CloseReason failure;
        private int calls;

        @Override
        public void done(@Nullable T v, @Nullable CloseReason f) {
            calls++;
            value = v;
            failure = f;
        }

        /** The value; it must have come, once. */
        public T value() {
            if (calls != 1 || failure != null || value == null) throw wrong();
            return value;
        }

        /** The failure; it must have come, once. */
        public CloseReason failure() {
            if (calls != 1 || failure == null) throw wrong();
            return failure;
        }

        private AssertionError wrong() {
            return new AssertionError("called " + calls + " times with " + value + ", " + failure);
        }

        /** Whether it has ended, and with a failure. */
        public boolean isFailure() {
            return failure != null;
        }

        /** Whether it has ended. */
        public boolean isDone() {
            return calls > 0;
        }
    }
}
