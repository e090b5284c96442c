package libp2p.sim;

import libp2p.core.Rng;
import libp2p.multiformats.Nullable;

/**
 * How long bytes take from one host to another: the one place that decides when each chunk and datagram arrives, or that it never does.
 *
 * <p>A latency comes first, what troubles it is put around it, from the inside out:
 *
 * <pre>{@code
 * Links.regions(Regions.ETHEREUM).jitter(Distribution.exponential(2 * MILLISECOND)).bandwidth(Bandwidth.symmetric(50 * MBIT)).loss(0.001)
 * }</pre>
 *
 * <p>Asked once for each chunk, in the order of departure, but that a retransmission is asked for beforehand. Within a connection nothing
 * overtakes: what would arrive before an earlier chunk arrives right after it. An answer may depend on nothing but the arguments, the world
 * and what was asked before.
 */
@FunctionalInterface
public interface Links {
    /** The time of what does not arrive; a connection that lost something so never hears of it, and nothing follows. */
    long NEVER = Long.MAX_VALUE;

    /**
     * When {@code size} bytes that leave at {@code now} arrive, in the world's time, not before {@code now}; {@link #NEVER}; or, of a
     * connection, {@link #broken}.
     */
    long arrival(SimHost from, SimHost to, Traffic traffic, int size, long now);

    /** The answer that both ends hear at that time that their connection is lost. */
    static long broken(long time) {
        return ~time;
    }

    /** Whether the answer is a time of arrival. */
    static boolean arrives(long answer) {
        return answer >= 0 && answer != NEVER;
    }

    /** The same in that world, where nothing has passed yet; what remembers nothing and draws nothing is the same in all. */
    default Links in(World world) {
        return this;
    }

    // ---- latencies

    /** The same latency between any two. */
    static Links constant(long latencyNanos) {
        if (latencyNanos < 0) throw new IllegalArgumentException("negative latency " + latencyNanos);
        return (from, to, traffic, size, now) -> now + latencyNanos;
    }

    /** A latency of {@code [least, most]} for each pair, drawn once by the world's seed and the same both ways. */
    static Links uniform(long leastNanos, long mostNanos) {
        if (leastNanos < 0 || mostNanos < leastNanos) throw new IllegalArgumentException("latency of " + leastNanos + " to " + mostNanos);
        return (from, to, traffic, size, now) -> now + leastNanos + Mix.within(pair(from, to), mostNanos - leastNanos + 1);
    }

    /** A latency for each pair, of that distribution, drawn once by the world's seed and the same both ways. */
    static Links drawn(Distribution latency) {
        return (from, to, traffic, size, now) -> later(now, latency.draw(Rng.seeded(pair(from, to))));
    }

    /** The latencies between regions. */
    static Links regions(Regions regions) {
        return (from, to, traffic, size, now) -> now + regions.latencyNanos(regions.of(from), regions.of(to));
    }

    private static long later(long time, long nanos) {
        return nanos < NEVER - time ? time + nanos : NEVER;
    }

    private static long pair(SimHost a, SimHost b) {
        long pair = (long) Math.min(a.index(), b.index()) << 32 | Math.max(a.index(), b.index());
        return Mix.with(a.world().seed(), pair);
    }

    // ---- what troubles them

    /** The same, where each chunk and datagram takes longer by what is drawn for it. Datagrams overtake each other so. */
    default Links jitter(Distribution extra) {
        return new Jitter(this, extra, 1, false, null);
    }

    /** The same, where that part of all datagrams takes longer by what is drawn, and others overtake it. */
    default Links reorder(double part, Distribution extra) {
        return new Jitter(this, extra, Loss.part(part), true, null);
    }

    /** The same, through each host's own line to the network, which has its bandwidth and its queue each way. */
    default Links bandwidth(Bandwidth bandwidth) {
        return new Bandwidth.Lines(this, bandwidth, null, false);
    }

    /** The same, where each ordered pair of hosts shares a line of that bandwidth: the sender's upload is that of the pair. */
    default Links pairBandwidth(Bandwidth bandwidth) {
        return new Bandwidth.Lines(this, bandwidth, null, true);
    }

    /** The same, where that part of all packets is lost: datagrams for good, bytes of connections until their retransmission. */
    default Links loss(double part) {
        return new Loss(this, Loss.part(part), 0, null);
    }

    /** The same, where with that part of all chunks their connection breaks, as a router does that has forgotten it. */
    default Links resets(double part) {
        return new Loss(this, 0, Loss.part(part), null);
    }

    /** What is late by chance: that part of all traffic, or of the datagrams. */
    record Jitter(Links inner, Distribution extra, double part, boolean datagramsOnly, @Nullable Rng random) implements Links {
        @Override
        public Links in(World world) {
            return new Jitter(inner.in(world), extra, part, datagramsOnly, world.network().random());
        }

        @Override
        public long arrival(SimHost from, SimHost to, Traffic traffic, int size, long now) {
            long at = inner.arrival(from, to, traffic, size, now);
            if (!arrives(at)) return at;
            Rng r = Loss.given(random);
            if (datagramsOnly && traffic == Traffic.STREAM || part < 1 && r.nextDouble() >= part) return at;
            return later(at, extra.draw(r));
        }
    }
}
