package libp2p.sim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A fault that changes the health of some hosts, and changes it back. */
final class Ailment implements Fault {
    /** What it changes. */
    interface Change {
        /** The host falls ill, or recovers. */
        void of(SimHost host, boolean begins);
    }

    private final List<SimHost> hosts;
    private final Change change;
    private boolean active;

    Ailment(Collection<SimHost> hosts, Change change) {
        this.hosts = new ArrayList<>(hosts);
        this.change = change;
    }

    @Override
    public void begin(World world) {
        if (active) throw new IllegalStateException("it has begun already");
        active = true;
        for (SimHost h : hosts) change.of(h, true);
    }

    @Override
    public void end(World world) {
        if (!active) return;
        active = false;
        for (SimHost h : hosts) change.of(h, false);
    }
}
