package libp2p.sim;

import java.util.List;
import java.util.function.Supplier;
import libp2p.core.Cancellable;
import libp2p.core.Loop;
import libp2p.core.Rng;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.node.PeerBook;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * A host of a world: a {@link Swarm}, the loop it lives on, and its place.
 *
 * <p>It is the loop itself. A task that is given to it from outside is an event of the world; one that it gives itself runs in the same
 * turn. After a crash it is the same host, but for the time until its restart there is no node: what is given to it then is dropped, and
 * {@link #swarm} and {@link #protocol} show the node that was.
 */
public final class SimHost implements Loop {
    /** What a host's clock shows when the world begins; not zero, which stands for the default in deadlines. */
    private static final long BEGIN = World.SECOND;

    private final World world;
    private final int index;
    private final @Nullable Nat nat; // that it is behind
    private final @Nullable Supplier<? extends List<? extends Protocol>> protocols; // to begin another life with
    private final Multiaddr address;
    private @Nullable Life life;
    private @Nullable Health health;
    private int lives; // before this one
    private long sequence; // of what it sends

    SimHost(World world, int index, @Nullable Nat nat, @Nullable Supplier<? extends List<? extends Protocol>> protocols) {
        this.world = world;
        this.index = index;
        this.nat = nat;
        this.protocols = protocols;
        this.address = Network.address(this);
    }

    /** A life begins. */
    void begin(Life next) {
        life = next;
    }

    Life life() {
        Life l = life;
        if (l == null) throw new IllegalStateException("the host is not made yet");
        return l;
    }

    SimTransport transport() {
        return life().transport();
    }

    /** The node; of a host that is down, the one that was. */
    public Swarm swarm() {
        return life().swarm();
    }

    /** Its number, from 0 in the order in which the world's hosts were made. */
    public int index() {
        return index;
    }

    /** Where it is. */
    public World world() {
        return world;
    }

    /** Who it is. */
    public PeerId id() {
        return life().id();
    }

    /** Where it listens, without {@code /p2p}; behind a NAT that is an address of the inside. */
    public Multiaddr address() {
        return address;
    }

    /** The NAT that it is behind; null if it has a public address. */
    public @Nullable Nat nat() {
        return nat;
    }

    /** Its first protocol of that class. */
    public <P extends Protocol> P protocol(Class<P> type) {
        for (Protocol p : life().protocols()) if (type.isInstance(p)) return type.cast(p);
        throw new IllegalArgumentException(this + " has no such protocol: " + type);
    }

    /** Whether it runs: it has not crashed, or was restarted. */
    public boolean isUp() {
        return !life().isOver();
    }

    /** Its life is over; peers hear of it unless it is silent. Between the turns of hosts. */
    void crash(boolean silent) {
        Life l = life();
        l.end();
        if (silent) ailing().dark = true;
        Network network = world.network();
        for (Connection c : l.swarm().connections()) {
            Line far = c instanceof SimConnection s ? s.back() : null;
            if (far == null) continue; // who dials hears it with the answer
            if (silent) timeline().add(new Break(far, "nobody answers"), timeline().now() + network.patience());
            else network.tell(far, "the host at the other end crashed");
        }
        for (SimPipe p : l.pipes()) {
            Line far = p.back();
            if (far != null && !silent) network.tell(far, "the host at the other end crashed"); // else the muxer's keep-alive finds out
        }
    }

    /** Another life begins, as the same peer with the addresses of those it was connected to, or as another that knows nobody. */
    void restart(boolean remembers) {
        if (isUp()) throw new IllegalStateException(this + " is up");
        if (protocols == null) throw new IllegalStateException(this + " was given its protocols; World.hosts makes hosts that restart");
        Swarm before = swarm();
        if (health != null) health.dark = false;
        lives++;
        Birth.of(this, Rng.seeded(Mix.with(Mix.with(world.seed(), index), lives)), remembers ? before.identity() : null, protocols.get());
        if (!remembers) return;
        Swarm now = swarm();
        execute(() -> {
            for (Connection c : before.connections()) {
                now.peers().add(c.remote(), before.peers().addresses(c.remote()), PeerBook.RECENT_NANOS);
            }
        });
    }

    /** How often it was restarted. */
    public int restarts() {
        return lives;
    }

    Timeline timeline() {
        return world.timeline();
    }

    long nextSequence() {
        return sequence++;
    }

    // ---- its health

    @Nullable Health health() {
        return health;
    }

    /** To be made worse. */
    Health ailing() {
        Health h = health;
        if (h == null) {
            h = new Health(world.cores());
            health = h;
        }
        return h;
    }

    /** The wall clock, as it shows here. */
    public long epochMillis() {
        Health h = health;
        return h == null ? world.epochMillis() : World.EPOCH_MILLIS + h.clock(timeline().now()) / World.MILLISECOND + h.wallMillis;
    }

    /** How long the world takes until the host's clock has gone on by that. */
    long worldNanos(long nanos) {
        Health h = health;
        return h == null ? nanos : h.worldNanos(nanos);
    }

    /** What the next piece of offloaded work costs here, in nanoseconds of a core. */
    long cost() {
        Health h = health;
        Distribution usual = world.workCost();
        if (h != null) return h.draw(world.network().random(), usual);
        return usual == null ? 0 : usual.draw(world.network().random());
    }

    /** When work that comes now is done, in the world's time. */
    long worked(long cost) {
        return ailing().worked(cost, timeline().now());
    }

    // ---- the loop

    @Override
    public long nanoTime() {
        long now = timeline().now();
        Health h = health;
        return BEGIN + (h == null ? now : h.clock(now));
    }

    @Override
    public void execute(Runnable task) {
        life().execute(task);
    }

    @Override
    public Cancellable schedule(long delayNanos, Runnable task) {
        return life().schedule(delayNanos, task);
    }

    @Override
    public boolean isCurrent() {
        return timeline().current() == this;
    }

    /** Such as {@code host17}. */
    @Override
    public String toString() {
        return "host" + index;
    }
}
