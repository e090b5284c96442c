package libp2p.sim;

/**
 * Numbers that depend on all that was mixed in, the same on every platform; for hashes of a run and for what a seed decides. No secret is
 * made of them.
 */
final class Mix {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private Mix() {}

    /** The hash so far and one more value of many: quicker, and good enough if {@link #with} comes last. */
    static long fold(long hash, long value) {
        long h = (hash ^ value) * GOLDEN;
        return h ^ h >>> 32;
    }

    /** The hash so far and one more value. */
    static long with(long hash, long value) {
        return scatter(hash * 31 + GOLDEN ^ value);
    }

    /** The hash so far and bytes, whose number counts too. */
    static long with(long hash, byte[] bytes, int from, int to) {
        long h = with(hash, to - from);
        int at = from;
        for (; at + 8 <= to; at += 8) {
            long v = bytes[at] & 0xffL | (bytes[at + 1] & 0xffL) << 8 | (bytes[at + 2] & 0xffL) << 16 | (bytes[at + 3] & 0xffL) << 24
                    | (bytes[at + 4] & 0xffL) << 32 | (bytes[at + 5] & 0xffL) << 40 | (bytes[at + 6] & 0xffL) << 48
                    | (bytes[at + 7] & 0xffL) << 56;
            h = fold(h, v);
        }
        for (; at < to; at++) h = fold(h, bytes[at] & 0xffL);
        return scatter(h);
    }

    /** One of {@code [0, bound)}, by the hash. */
    static long within(long hash, long bound) {
        return (scatter(hash) >>> 1) % bound;
    }

    private static long scatter(long v) {
        long z = (v ^ v >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
