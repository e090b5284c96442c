package libp2p.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * A line of so many bits a second with a queue before it.
 *
 * <p>Arrivals are told beforehand and not in their order, so it keeps the times when it is busy, and each arrival takes what is free from
 * its own time on. Who arrives earlier but is told later goes around who was told before: sums are exact, the order is nearly.
 */
final class Bottleneck {
    private static final double SECOND = 1_000_000_000.0;

    private final double nanosPerByte;
    private final long queue;
    private final List<long[]> busy = new ArrayList<>(); // from and until, in order, apart from each other

    /** Not limited in its queue if that is {@link Long#MAX_VALUE}. */
    Bottleneck(long bitsPerSecond, long queueNanos) {
        if (bitsPerSecond <= 0) throw new IllegalArgumentException("bandwidth of " + bitsPerSecond + " bit/s");
        if (queueNanos < 0) throw new IllegalArgumentException("negative queue " + queueNanos);
        nanosPerByte = 8 * SECOND / bitsPerSecond;
        queue = queueNanos;
    }

    /**
     * When what arrives at {@code at} is through. It is {@code now}, and nothing before that matters any more.
     *
     * <p>A datagram that finds the queue full is dropped: {@link Links#NEVER}. A connection slows down, as its congestion control has it:
     * what it has to send waits for its turn, and comes later still by the time-out after which what was dropped is sent again.
     */
    long pass(Traffic traffic, int size, long at, long now) {
        int past = 0;
        while (past < busy.size() && busy.get(past)[1] <= now) past++;
        if (past > 0) busy.subList(0, past).clear();
        long work = Math.max(1, (long) (size * nanosPerByte));
        long end = end(at, work);
        boolean full = end - work - at > queue;
        if (full && traffic == Traffic.DATAGRAM) return Links.NEVER;
        occupy(at, end);
        return full ? end + Loss.TIMEOUT_LEAST : end;
    }

    /** When that much work is done that begins at {@code at} and goes on where it is not busy. */
    private long end(long at, long work) {
        long free = at;
        long left = work;
        for (long[] b : busy) {
            if (b[1] <= free) continue;
            if (b[0] > free) {
                if (b[0] - free >= left) break;
                left -= b[0] - free;
            }
            free = b[1];
        }
        return free + left;
    }

    private void occupy(long from, long until) {
        long begin = from;
        long end = until;
        int i = 0;
        while (i < busy.size() && busy.get(i)[1] < begin) i++;
        while (i < busy.size() && busy.get(i)[0] <= end) {
            begin = Math.min(begin, busy.get(i)[0]);
            end = Math.max(end, busy.get(i)[1]);
            busy.remove(i);
        }
        busy.add(i, new long[] {begin, end});
    }
}
