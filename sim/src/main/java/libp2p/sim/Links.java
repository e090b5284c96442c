package libp2p.sim;

/**
 * How long bytes take from one host to another: the one place that decides when each chunk arrives, or that it never does.
 *
 * <p>Asked once for each chunk, in the order of departure. Within a connection nothing overtakes: what would arrive before an earlier chunk
 * arrives right after it, and nothing arrives after what never does. An answer may depend on nothing but the arguments, the world's seed
 * and what was asked before.
 */
@FunctionalInterface
public interface Links {
    /** The time of what does not arrive. */
    long NEVER = Long.MAX_VALUE;

    /** When {@code size} bytes that leave at {@code now} arrive, in the world's time; not before {@code now}. */
    long arrival(SimHost from, SimHost to, int size, long now);

    /** The same latency between any two. */
    static Links constant(long latencyNanos) {
        if (latencyNanos < 0) throw new IllegalArgumentException("negative latency " + latencyNanos);
        return (from, to, size, now) -> now + latencyNanos;
    }

    /** A latency of {@code [least, most]} for each pair, drawn once by the world's seed and the same both ways. */
    static Links uniform(long leastNanos, long mostNanos) {
        if (leastNanos < 0 || mostNanos < leastNanos) throw new IllegalArgumentException("latency of " + leastNanos + " to " + mostNanos);
        return (from, to, size, now) -> {
            long pair = (long) Math.min(from.index(), to.index()) << 32 | Math.max(from.index(), to.index());
            return now + leastNanos + Mix.within(Mix.with(from.world().seed(), pair), mostNanos - leastNanos + 1);
        };
    }
}
