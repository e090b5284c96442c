package libp2p.sim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Something that goes wrong in a world, and right again; {@link World#inject} says when.
 *
 * <pre>{@code
 * Fault split = Fault.partition(left, right);
 * world.inject(split.and(Fault.slowCpu(left, Distribution.constant(20 * MILLISECOND), 1)), 10 * SECOND, 30 * SECOND);
 * world.inject(Fault.crash(some).recurring(60 * SECOND, 5 * SECOND), 0, 600 * SECOND);
 * }</pre>
 *
 * <p>A fault is a thing that happens in one world; it begins and ends between the turns of hosts, and may do so again. Faults of different
 * kinds do not disturb each other, nor do several cuts, jumps or crashes; of two skews, slow readers or slow CPUs of one host the one that
 * began last counts, until the first of them ends.
 */
public interface Fault {
    /** For ever, as a length of time. */
    long FOR_EVER = Long.MAX_VALUE;

    /** It begins. */
    void begin(World world);

    /** It ends; does nothing if it has not begun. */
    void end(World world);

    /** Both at once. */
    default Fault and(Fault other) {
        return all(List.of(this, other));
    }

    /** All at once. */
    static Fault all(List<? extends Fault> faults) {
        List<Fault> each = new ArrayList<>(faults);
        return new Fault() {
            @Override
            public void begin(World world) {
                for (Fault f : each) f.begin(world);
            }

            @Override
            public void end(World world) {
                for (Fault f : each) f.end(world);
            }
        };
    }

    /** Again and again while it lasts: each time it takes {@code lastingNanos}, once in {@code everyNanos}. */
    default Fault recurring(long everyNanos, long lastingNanos) {
        if (lastingNanos < 0 || everyNanos <= lastingNanos) {
            throw new IllegalArgumentException("lasts " + lastingNanos + " ns every " + everyNanos + " ns");
        }
        return new Recurring(this, everyNanos, lastingNanos);
    }

    /** No traffic between the two groups, either way. */
    static Fault partition(Collection<SimHost> one, Collection<SimHost> other) {
        return new Cut(one, other, false, false);
    }

    /** No traffic from the one group to the other; the other way goes on, which serves a connection little. */
    static Fault oneWay(Collection<SimHost> from, Collection<SimHost> to) {
        return new Cut(from, to, true, false);
    }

    /** No traffic between these hosts and all others. */
    static Fault isolate(Collection<SimHost> hosts) {
        return new Cut(hosts, null, false, false);
    }

    /** What the one group sends to the other arrives when it is over, but for datagrams, which are dropped. */
    static Fault clog(Collection<SimHost> from, Collection<SimHost> to) {
        return new Cut(from, to, true, true);
    }

    /**
     * The processes of these hosts die: their protocols hear nothing of it, peers hear that connections are lost. At its end they are
     * started again, with the identity they had, the addresses that their peer book knew, and protocols made anew; so the hosts must have
     * been made by a supplier.
     */
    static Fault crash(Collection<SimHost> hosts) {
        return new Crash(hosts, false, true);
    }

    /** The same, but that nothing is left: at its end they are other peers at the same address. */
    static Fault crashAndForget(Collection<SimHost> hosts) {
        return new Crash(hosts, false, false);
    }

    /** The hosts lose power: as {@link #crash}, but peers hear nothing, and find out by time-outs. */
    static Fault powerLoss(Collection<SimHost> hosts) {
        return new Crash(hosts, true, true);
    }

    /** The clocks of these hosts, timers and all, gain that many microseconds a second, or lose them if negative; more than -1 000 000. */
    static Fault clockSkew(Collection<SimHost> hosts, long partsPerMillion) {
        if (partsPerMillion <= -1_000_000 || partsPerMillion > 1_000_000) {
            throw new IllegalArgumentException("skew of " + partsPerMillion + " ppm");
        }
        return new Ailment(hosts, (host, begins) -> host.ailing().rate(begins ? partsPerMillion : 0, host.world().now()));
    }

    /** The wall clocks of these hosts are ahead by that, or behind, until it ends; their timers hear nothing of it. */
    static Fault clockJump(Collection<SimHost> hosts, long millis) {
        return new Ailment(hosts, (host, begins) -> host.ailing().wallMillis += begins ? millis : -millis);
    }

    /** These hosts read no more than that of what arrives on streams, all together; then the windows of who writes are full. */
    static Fault slowReader(Collection<SimHost> hosts, long bitsPerSecond) {
        return new Ailment(hosts, (host, begins) -> host.ailing().reader = begins ? new Bottleneck(bitsPerSecond, Long.MAX_VALUE) : null);
    }

    /** A piece of offloaded work costs these hosts what is drawn, in nanoseconds of a core, instead of what {@link World#work} says. */
    static Fault slowCpu(Collection<SimHost> hosts, Distribution cost) {
        return new Ailment(hosts, (host, begins) -> host.ailing().cost = begins ? cost : null);
    }
}
