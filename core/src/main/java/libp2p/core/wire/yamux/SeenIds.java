package libp2p.core.wire.yamux;

/**
 * Which stream numbers the peer has used, for those near the highest.
 *
 * <p>Peers with threads (go-yamux) send their SYNs slightly out of order, at most as far as their acknowledge backlog of 256 reaches;
 * older numbers count as used.
 */
final class SeenIds {
    private static final int SPAN = 256;

    private final long[] bits = new long[SPAN / 64];
    private long highest = -1; // place in the order of the peer's numbers, not the number itself

    /** Remembers the number; false if it was used before. */
    boolean add(int id) {
        long at = place(id);
        if (at > highest) {
            if (at - highest >= SPAN) {
                for (int i = 0; i < bits.length; i++) bits[i] = 0;
            } else {
                for (long i = highest + 1; i < at; i++) set(i, false);
            }
            highest = at;
        } else if (highest - at >= SPAN || (bits[word(at)] >>> (at & 63) & 1) != 0) {
            return false;
        }
        set(at, true);
        return true;
    }

    /** Whether a number as high as that was used. */
    boolean reached(int id) {
        return place(id) <= highest;
    }

    private static long place(int id) {
        return (id & 0xffffffffL) >>> 1;
    }

    private static int word(long at) {
        return (int) (at & SPAN - 1) >>> 6;
    }

    private void set(long at, boolean on) {
        long bit = 1L << (at & 63);
        if (on) bits[word(at)] |= bit;
        else bits[word(at)] &= ~bit;
    }
}
