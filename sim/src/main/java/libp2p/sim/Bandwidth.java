package libp2p.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import libp2p.multiformats.Nullable;

/**
 * How many bits a second hosts can send and receive, and how long a queue may be before what comes is dropped at its tail: datagrams for
 * good, bytes of connections until their retransmission.
 *
 * @param up bits a second that a host sends; 0 for no bound
 * @param down bits a second that a host receives; 0 for no bound
 * @param queueNanos how long something may wait in a queue
 */
public record Bandwidth(ToLongFunction<SimHost> up, ToLongFunction<SimHost> down, long queueNanos) {
    /** Bits a second. */
    public static final long MBIT = 1_000_000;

    /** What a home router's queue holds at its own speed, about. */
    public static final long QUEUE_NANOS = 200 * World.MILLISECOND;

    public Bandwidth {
        if (queueNanos < 0) throw new IllegalArgumentException("negative queue " + queueNanos);
    }

    /** All hosts have the same, and queues of 200 ms. */
    public static Bandwidth of(long upBits, long downBits) {
        if (upBits < 0 || downBits < 0) throw new IllegalArgumentException("bandwidth of " + upBits + " and " + downBits + " bit/s");
        return new Bandwidth(host -> upBits, host -> downBits, QUEUE_NANOS);
    }

    /** All hosts have the same both ways, and queues of 200 ms. */
    public static Bandwidth symmetric(long bits) {
        return of(bits, bits);
    }

    /** The same with queues as long as that. */
    public Bandwidth queue(long nanos) {
        return new Bandwidth(up, down, nanos);
    }

    /** Links whose bytes pass the lines of both hosts, or one of the pair. */
    record Lines(Links inner, Bandwidth bandwidth, @Nullable State state, boolean pairs) implements Links {
        @Override
        public Links in(World world) {
            return new Lines(inner.in(world), bandwidth, new State(new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>()), pairs);
        }

        @Override
        public long arrival(SimHost from, SimHost to, Traffic traffic, int size, long now) {
            State s = state;
            if (s == null) throw new IllegalStateException("the links are in no world yet");
            long asked = from.world().now();
            Bottleneck up = pairs ? s.pair(from, to, bandwidth) : s.line(s.up, from, bandwidth.up, bandwidth.queueNanos);
            long sent = up == null ? now : up.pass(traffic, size, now, asked);
            if (sent == NEVER) return NEVER;
            long there = inner.arrival(from, to, traffic, size, sent);
            if (!Links.arrives(there) || pairs) return there;
            Bottleneck down = s.line(s.down, to, bandwidth.down, bandwidth.queueNanos);
            return down == null ? there : down.pass(traffic, size, there, asked);
        }
    }

    /** What is on the lines of a world; a list has a host's line at its number. */
    private record State(List<@Nullable Bottleneck> up, List<@Nullable Bottleneck> down, Map<Long, Bottleneck> pairs) {
        @Nullable Bottleneck line(List<@Nullable Bottleneck> lines, SimHost host, ToLongFunction<SimHost> bits, long queue) {
            while (lines.size() <= host.index()) lines.add(null);
            Bottleneck b = lines.get(host.index());
            if (b != null) return b;
            long rate = bits.applyAsLong(host);
            if (rate == 0) return null;
            b = new Bottleneck(rate, queue);
            lines.set(host.index(), b);
            return b;
        }

        @Nullable Bottleneck pair(SimHost from, SimHost to, Bandwidth bandwidth) {
            long rate = bandwidth.up.applyAsLong(from);
            if (rate == 0) return null;
            return pairs.computeIfAbsent((long) from.index() << 32 | to.index(), k -> new Bottleneck(rate, bandwidth.queueNanos));
        }
    }
}
