package libp2p.sim;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.identity.PeerId;
import libp2p.core.node.Offload;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Workspace;
import libp2p.multiformats.Nullable;

/**
 * One life of a host, from its start to its crash: its node, the loop that this lives on, its wall clock, and where it offloads work.
 *
 * <p>What was meant for a life that is over does not happen: its tasks, its timers, and what arrives for its connections.
 */
final class Life implements Loop, Offload, LongSupplier {
    private final SimHost host;
    private final PeerId id;
    private final List<Protocol> protocols;
    private @Nullable Swarm swarm;
    private @Nullable SimTransport transport;
    private @Nullable Workspace workspace; // made when first needed
    private @Nullable Set<SimPipe> pipes; // only in BYTES
    private boolean over;

    Life(SimHost host, PeerId id, List<Protocol> protocols) {
        this.host = host;
        this.id = id;
        this.protocols = protocols;
    }

    void made(Swarm itsSwarm, SimTransport itsTransport) {
        swarm = itsSwarm;
        transport = itsTransport;
    }

    SimHost host() {
        return host;
    }

    /** As whom. */
    PeerId id() {
        return id;
    }

    List<Protocol> protocols() {
        return protocols;
    }

    Swarm swarm() {
        Swarm s = swarm;
        if (s == null) throw new IllegalStateException("the host is not made yet");
        return s;
    }

    SimTransport transport() {
        SimTransport t = transport;
        if (t == null) throw new IllegalStateException("the host is not made yet");
        return t;
    }

    Workspace workspace() {
        Workspace w = workspace;
        if (w == null) {
            w = host.world().workspace(swarm().random(), this);
            workspace = w;
        }
        return w;
    }

    /** The open pipes. */
    Set<SimPipe> pipes() {
        Set<SimPipe> p = pipes;
        if (p == null) {
            p = new LinkedHashSet<>();
            pipes = p;
        }
        return p;
    }

    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }

    // ---- the loop

    @Override
    public long nanoTime() {
        return host.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        if (over) return;
        Timeline time = host.timeline();
        time.execute(host, time.current() == host ? task : () -> {
            if (!over) task.run();
        });
    }

    @Override
    public Cancellable schedule(long delayNanos, Runnable task) {
        long now = host.timeline().now();
        long wait = host.worldNanos(delayNanos);
        return at(wait > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + wait, task);
    }

    /** At a time of the world's. */
    private Cancellable at(long time, Runnable task) {
        if (over) return Cancellable.NONE;
        Timer t = new Timer(this, task);
        host.timeline().add(t, time);
        return t;
    }

    @Override
    public boolean isCurrent() {
        return host.timeline().current() == host;
    }

    /** The wall clock. */
    @Override
    public long getAsLong() {
        return host.epochMillis();
    }

    // ---- work

    @Override
    public <T> Cancellable run(Supplier<T> work, Loop home, Callback<? super T> done) {
        long cost = host.cost();
        if (cost == 0) return INLINE.run(work, home, done);
        boolean[] told = {false};
        Cancellable timer = at(host.worked(cost), () -> {
            if (told[0]) return;
            told[0] = true;
            INLINE.run(work, home, done);
        });
        return () -> home.execute(() -> {
            if (told[0]) return;
            told[0] = true;
            timer.cancel();
            done.done(null, CloseReason.CANCELLED);
        });
    }

    @Override
    public String toString() {
        return host.toString();
    }
}
