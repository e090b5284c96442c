package libp2p.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.Crypto;
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
import libp2p.core.node.Offload;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.core.node.SwarmConfig;
import libp2p.core.node.TallyScope;
import libp2p.core.wire.Workspace;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * A network of real nodes in virtual time, in one thread: the same seed, the same story.
 *
 * <pre>{@code
 * World world = World.seed(42).links(Links.uniform(10 * World.MILLISECOND, 100 * World.MILLISECOND));
 * List<SimHost> hosts = world.hosts(1000, () -> List.of(new Ping()));
 * world.join(Graph.regular(1000, 8, world.random()), 10 * World.SECOND);
 * world.run(20 * World.SECOND);
 * }</pre>
 *
 * <p>Nothing happens but in {@link #run} and {@link #runUntilQuiet}. A bug of a node or protocol stops them with a {@link WorldException}.
 * Times are in nanoseconds from the world's beginning. Not thread-safe; several worlds at once are independent.
 */
public final class World {
    /** Nanoseconds. */
    public static final long MILLISECOND = 1_000_000L;

    /** Nanoseconds. */
    public static final long SECOND = 1_000_000_000L;

    /** Midnight of 2026-01-01 UTC, when every world begins. */
    public static final long EPOCH_MILLIS = 1_767_225_600_000L;

    private final long seed;
    private final Rng random;
    private final Timeline timeline = new Timeline();
    private final Network network = new Network(this);
    private final Witness witness = new Witness(timeline);
    private final List<SimHost> hosts = new ArrayList<>();
    private Fidelity fidelity = Fidelity.STREAMS;
    private Limits limits = Limits.DEFAULT;
    private Crypto crypto = new SimCrypto();
    private final LongSupplier clock = this::epochMillis;
    private boolean introduces;
    private @Nullable Workspace buffers;

    private World(long seed) {
        this.seed = seed;
        this.random = Rng.seeded(seed);
    }

    /** An empty world, whose story this seed decides. */
    public static World seed(long seed) {
        return new World(seed);
    }

    // ---- what it is like; before the first host

    /** How much of the real stack runs; {@link Fidelity#STREAMS} unless said. */
    public World fidelity(Fidelity next) {
        if (!hosts.isEmpty()) throw new IllegalStateException("there are hosts already");
        fidelity = next;
        Crypto real = next.crypto();
        crypto = real == null ? new SimCrypto() : real;
        return this;
    }

    /** How long bytes take from now on; 50 ms unless said. */
    public World links(Links next) {
        network.links(next);
        return this;
    }

    /** The bounds of hosts made from now on. */
    public World limits(Limits next) {
        limits = next;
        return this;
    }

    /** Whether both ends of a connection know at once what identify would tell them, by reference; only in {@link Fidelity#STREAMS}. */
    public World introduces(boolean yes) {
        introduces = yes;
        return this;
    }

    // ---- its hosts

    /** A host that listens and speaks these protocols. */
    public SimHost host(Protocol... protocols) {
        return host(List.of(protocols));
    }

    /** That many hosts, each with protocols of its own. */
    public List<SimHost> hosts(int count, Supplier<? extends List<? extends Protocol>> protocols) {
        List<SimHost> made = new ArrayList<>(count);
        for (int i = 0; i < count; i++) made.add(host(protocols.get()));
        return made;
    }

    private SimHost host(List<? extends Protocol> protocols) {
        List<Protocol> spoken = List.copyOf(protocols);
        Rng own = Rng.seeded(random.nextLong());
        Identity identity = identity(own);
        SimHost host = new SimHost(this, hosts.size(), identity.id(), spoken);
        hosts.add(host);
        TallyScope scope = new TallyScope(limits);
        SimTransport transport = new SimTransport(host, scope);
        Swarm swarm = new Swarm(new SwarmConfig(
                identity,
                crypto,
                host,
                List.of(host),
                own,
                loop -> ((SimHost) loop).workspace(),
                clock,
                limits,
                scope,
                witness,
                Gater.OPEN,
                null,
                Offload.INLINE,
                List.of(transport),
                fidelity.securities(crypto, own),
                fidelity.muxers(),
                spoken,
                List.of(),
                List.of(),
                address -> true));
        host.made(swarm, transport);
        Multiaddr address = host.address();
        timeline.turn(host, () -> {
            swarm.start();
            swarm.listen(address, (listener, failure) -> {
                if (listener == null) throw new IllegalStateException("does not listen: " + failure);
            });
        });
        return host;
    }

    private Identity identity(Rng own) {
        if (fidelity.crypto() == null) return new SimIdentity(own, crypto);
        return new LocalIdentity(PrivateKey.generate(KeyType.ED25519, crypto, own), crypto);
    }

    /** A workspace of a host's; all share their buffers, since only one has its turn. */
    Workspace workspace(Rng own, SimHost host) {
        Workspace first = buffers;
        Workspace made = first == null ? new Workspace(host, own) : new Workspace(host, own, first);
        if (first == null) buffers = made;
        return made;
    }

    /** All hosts, in the order in which they were made. */
    public List<SimHost> hosts() {
        return Collections.unmodifiableList(hosts);
    }

    /** One host dials another, as soon as the world runs. */
    public void connect(SimHost from, SimHost to) {
        connect(from, to, (connection, failure) -> {});
    }

    /** The same; {@code done} runs in a turn of {@code from}. */
    public void connect(SimHost from, SimHost to, Callback<? super Connection> done) {
        from.execute(() -> from.swarm().dial(Dial.to(to.address(), to.id()), done));
    }

    /** The edges of a graph become connections, each dialled by its first end, evenly spread over that time from now. */
    public void join(Graph graph, long spreadNanos) {
        new Joining(this, graph, spreadNanos).begin();
    }

    // ---- what happens

    /** Lets time pass. */
    public void run(long nanos) {
        long until = Math.addExact(timeline.now(), nanos);
        while (timeline.next(until) != null) timeline.step();
        timeline.reach(until);
    }

    /** Lets all happen that is to come, until nothing is left, no timer either. */
    public void runUntilQuiet() {
        while (timeline.next(Long.MAX_VALUE) != null) timeline.step();
    }

    /** Runs a task of the world's at that time, or now if that is past; between the turns of hosts, before theirs of the same time. */
    public void at(long nanos, Runnable task) {
        timeline.add(new Timeline.Task(null, task), nanos);
    }

    // ---- what it knows

    /** What decides its story. */
    public long seed() {
        return seed;
    }

    /** Randomness for who sets the scene, by the seed. */
    public Rng random() {
        return random;
    }

    /** Nanoseconds since its beginning. */
    public long now() {
        return timeline.now();
    }

    /** The wall clock of its hosts. */
    public long epochMillis() {
        return EPOCH_MILLIS + timeline.now() / MILLISECOND;
    }

    /** How many events have happened: delivered chunks, fired timers, dials and their answers, tasks from outside. */
    public long events() {
        return timeline.events();
    }

    /** A hash of all that was scheduled and has happened: the same for the same seed and scenario, on every platform. */
    public long hash() {
        return timeline.trace().hash();
    }

    /** The story from now on, a line at a time: what each host dials, opens, hears, and when; null for silence, which costs nothing. */
    public World trace(@Nullable Consumer<? super String> listener) {
        timeline.trace().listener(listener);
        return this;
    }

    // ---- for the parts

    Timeline timeline() {
        return timeline;
    }

    Network network() {
        return network;
    }

    Fidelity fidelity() {
        return fidelity;
    }

    boolean introduces() {
        return introduces;
    }

    Observer observer() {
        return witness;
    }

    @Override
    public String toString() {
        return "world of seed " + seed + " with " + hosts.size() + " hosts at " + Trace.moment(now()) + " s";
    }
}
