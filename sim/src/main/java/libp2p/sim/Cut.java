package libp2p.sim;

import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import libp2p.core.net.Connection;
import libp2p.multiformats.Nullable;

/**
 * Nothing gets from some hosts to others, or both ways.
 *
 * <p>A partition drops datagrams and dials; connections wait, with TCP's retransmissions, and are lost at both ends when it lasts longer
 * than a keep-alive does. A clog drops nothing but datagrams and breaks nothing: all that was sent comes at its end. What is on its way
 * already arrives.
 */
final class Cut implements Fault {
    private final BitSet one;
    private final @Nullable BitSet other; // null for all that are not in the one
    private final boolean oneWay;
    private final boolean clogs;
    private int times;
    private boolean active;

    Cut(Collection<SimHost> one, @Nullable Collection<SimHost> other, boolean oneWay, boolean clogs) {
        this.one = numbers(one);
        this.other = other == null ? null : numbers(other);
        this.oneWay = oneWay;
        this.clogs = clogs;
    }

    private static BitSet numbers(Collection<SimHost> hosts) {
        if (hosts.isEmpty()) throw new IllegalArgumentException("no hosts");
        BitSet set = new BitSet();
        for (SimHost h : hosts) set.set(h.index());
        return set;
    }

    boolean clogs() {
        return clogs;
    }

    boolean stops(SimHost from, SimHost to) {
        return inOne(from) && inOther(to) || !oneWay && inOne(to) && inOther(from);
    }

    private boolean inOne(SimHost h) {
        return one.get(h.index());
    }

    private boolean inOther(SimHost h) {
        return other == null ? !inOne(h) : other.get(h.index());
    }

    @Override
    public void begin(World world) {
        if (active) throw new IllegalStateException("it has begun already");
        active = true;
        int time = ++times;
        world.network().cut(this);
        if (clogs) return;
        world.at(world.now() + world.network().patience(), () -> {
            if (active && times == time) loseConnections(world);
        });
    }

    /** What the muxers' keep-alive does where there are muxers. */
    private void loseConnections(World world) {
        for (SimHost h : world.hosts()) {
            if (!h.isUp()) continue;
            List<Connection> all = h.swarm().connections();
            for (Connection c : all) {
                if (c instanceof SimConnection s && (stops(h, s.to()) || stops(s.to(), h))) {
                    world.timeline().add(new Break(s, "nobody answers"), world.now());
                }
            }
        }
    }

    @Override
    public void end(World world) {
        if (!active) return;
        active = false;
        world.network().mend(this);
    }
}
