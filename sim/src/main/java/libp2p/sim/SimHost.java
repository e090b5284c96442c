package libp2p.sim;

import java.util.List;
import libp2p.core.Cancellable;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Workspace;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * A host of a world: a {@link Swarm}, the loop it lives on, and its place.
 *
 * <p>It is the loop itself. A task that is given to it from outside is an event of the world; one that it gives itself runs in the same
 * turn.
 */
public final class SimHost implements Loop {
    /** What a host's clock shows when the world begins; not zero, which stands for the default in deadlines. */
    private static final long BEGIN = World.SECOND;

    private final World world;
    private final int index;
    private final List<Protocol> protocols;
    private final Multiaddr address;
    private final PeerId id;
    private @Nullable Swarm swarm;
    private @Nullable SimTransport transport;
    private @Nullable Workspace workspace; // made when first needed
    private long sequence; // of what it sends

    SimHost(World world, int index, PeerId id, List<Protocol> protocols) {
        this.world = world;
        this.index = index;
        this.id = id;
        this.protocols = protocols;
        this.address = Network.address(index);
    }

    void made(Swarm itsSwarm, SimTransport itsTransport) {
        swarm = itsSwarm;
        transport = itsTransport;
    }

    Workspace workspace() {
        Workspace w = workspace;
        if (w == null) {
            w = world.workspace(swarm().random(), this);
            workspace = w;
        }
        return w;
    }

    SimTransport transport() {
        SimTransport t = transport;
        if (t == null) throw new IllegalStateException("the host is not made yet");
        return t;
    }

    /** The node. */
    public Swarm swarm() {
        Swarm s = swarm;
        if (s == null) throw new IllegalStateException("the host is not made yet");
        return s;
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
        return id;
    }

    /** Where it listens, without {@code /p2p}. */
    public Multiaddr address() {
        return address;
    }

    /** Its first protocol of that class. */
    public <P extends Protocol> P protocol(Class<P> type) {
        for (Protocol p : protocols) if (type.isInstance(p)) return type.cast(p);
        throw new IllegalArgumentException(this + " has no such protocol: " + type);
    }

    Timeline timeline() {
        return world.timeline();
    }

    long nextSequence() {
        return sequence++;
    }

    // ---- the loop

    @Override
    public long nanoTime() {
        return BEGIN + timeline().now();
    }

    @Override
    public void execute(Runnable task) {
        timeline().execute(this, task);
    }

    @Override
    public Cancellable schedule(long delayNanos, Runnable task) {
        Timer t = new Timer(this, task);
        long now = timeline().now();
        timeline().add(t, delayNanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + delayNanos);
        return t;
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
