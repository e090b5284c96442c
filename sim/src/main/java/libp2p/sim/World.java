package libp2p.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.Observer;
import libp2p.core.node.Protocol;
import libp2p.core.wire.Workspace;
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
    private final Network network;
    private final Witness witness = new Witness(this);
    private final List<SimHost> hosts = new ArrayList<>();
    private Fidelity fidelity = Fidelity.STREAMS;
    private Limits limits = Limits.DEFAULT;
    private Crypto crypto = new SimCrypto();
    private final Invariants invariants = new Invariants(this);
    private @Nullable Distribution workCost;
    private int cores = 1;
    private boolean introduces;
    private @Nullable Workspace buffers;

    private World(long seed) {
        this.seed = seed;
        this.random = Rng.seeded(seed);
        this.network = new Network(this);
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

    /** Whether ordinary dials come from the port that their host listens on, as QUIC's do; yes unless said. */
    public World dialsFromListenPort(boolean yes) {
        network.dialsFromListenPort(yes);
        return this;
    }

    /**
     * What offloaded work costs a host: each piece takes what is drawn, in nanoseconds, of one of its cores, and waits for one. Nothing
     * unless said.
     */
    public World work(Distribution cost, int coresPerHost) {
        if (!hosts.isEmpty()) throw new IllegalStateException("there are hosts already");
        if (coresPerHost <= 0) throw new IllegalArgumentException(coresPerHost + " cores");
        workCost = cost;
        cores = coresPerHost;
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

    /** A host that listens and speaks these protocols; it cannot be restarted after a crash. */
    public SimHost host(Protocol... protocols) {
        return host(null, List.of(protocols), null);
    }

    /** That many hosts, each with protocols of its own, which after a restart are made again. */
    public List<SimHost> hosts(int count, Supplier<? extends List<? extends Protocol>> protocols) {
        List<SimHost> made = new ArrayList<>(count);
        for (int i = 0; i < count; i++) made.add(host(null, protocols.get(), protocols));
        return made;
    }

    /** The same; each protocol is made for the number of its host, which after a restart is asked for again. */
    public List<SimHost> hosts(int count, IntFunction<? extends List<? extends Protocol>> protocols) {
        List<SimHost> made = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int index = hosts.size();
            made.add(host(null, protocols.apply(index), () -> protocols.apply(index)));
        }
        return made;
    }

    SimHost host(@Nullable Nat nat, List<? extends Protocol> protocols, @Nullable Supplier<? extends List<? extends Protocol>> again) {
        SimHost host = new SimHost(this, hosts.size(), nat, again);
        hosts.add(host);
        Birth.of(host, Rng.seeded(random.nextLong()), null, protocols);
        return host;
    }

    /** A router on the internet that translates addresses, to put hosts behind. */
    public Nat nat(NatType type) {
        return new Nat(this, type, null);
    }

    /** A workspace of a host's; all share their buffers, since only one has its turn. */
    Workspace workspace(Rng own, Loop loop) {
        Workspace first = buffers;
        Workspace made = first == null ? new Workspace(loop, own) : new Workspace(loop, own, first);
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
        steps(until);
        timeline.reach(until);
    }

    /** Lets all happen that is to come, until nothing is left, no timer either. */
    public void runUntilQuiet() {
        steps(Long.MAX_VALUE);
    }

    private void steps(long until) {
        for (Event e = timeline.next(until); e != null; e = timeline.next(until)) {
            while (invariants.next() <= e.time) check();
            timeline.step();
        }
        while (until != Long.MAX_VALUE && invariants.next() <= until) check();
    }

    private void check() {
        timeline.reach(invariants.next());
        invariants.check();
    }

    /** Runs a task of the world's at that time, or now if that is past; between the turns of hosts, before theirs of the same time. */
    public void at(long nanos, Runnable task) {
        timeline.add(new Timeline.Task(null, task), nanos);
    }

    /** A fault begins {@code afterNanos} from now and ends when it has lasted {@code lastingNanos}, or {@link Fault#FOR_EVER}. */
    public void inject(Fault fault, long afterNanos, long lastingNanos) {
        if (afterNanos < 0 || lastingNanos < 0) {
            throw new IllegalArgumentException("begins after " + afterNanos + " ns and lasts " + lastingNanos);
        }
        long begin = Math.addExact(timeline.now(), afterNanos);
        at(begin, () -> fault.begin(this));
        if (lastingNanos < Long.MAX_VALUE - begin) at(begin + lastingNanos, () -> fault.end(this));
    }

    /**
     * Checks once in that time, from now on, what must hold; when {@code check} throws, with or without AssertJ, the world stops with a
     * {@link WorldException} that says what, when and the seed. Checks are no events, and must change nothing.
     */
    public World invariant(String name, long everyNanos, Consumer<? super World> check) {
        invariants.add(name, everyNanos, check);
        return this;
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

    /**
     * What happens from now on, as data, each thing as it happens: dials, connections, streams, messages, decisions of protocols; null for
     * nobody, which costs nothing. {@link DataLines} makes text of it. Who listens must change nothing.
     */
    public World data(@Nullable Consumer<? super Datum> listener) {
        witness.data(listener);
        return this;
    }

    /** The host that is this peer; null if none is. */
    public @Nullable SimHost host(PeerId peer) {
        int number = witness.number(peer);
        return number >= 0 && hosts.get(number).id().equals(peer) ? hosts.get(number) : null;
    }

    // ---- for the parts

    Timeline timeline() {
        return timeline;
    }

    Network network() {
        return network;
    }

    Limits limits() {
        return limits;
    }

    Crypto crypto() {
        return crypto;
    }

    @Nullable Distribution workCost() {
        return workCost;
    }

    int cores() {
        return cores;
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
