package libp2p.core;

import libp2p.multiformats.Nullable;

/**
 * Random numbers from the source given: the system's in production, a seeded one in simulation.
 *
 * <p>Final, with its own arithmetic, so that the same source gives the same numbers on every platform. One per loop; not thread-safe.
 */
public final class Rng {
    private static final int BATCH = 256;

    /** Where the bits come from. */
    public interface Source {
        /** Fills the whole array with random bytes. */
        void fill(byte[] bytes);
    }

    private final @Nullable Source source; // null for the sequence of a seed
    private long state;
    private byte @Nullable [] batch; // of the source's bits, made when first needed
    private int at = BATCH;

    private Rng(@Nullable Source source, long state) {
        this.source = source;
        this.state = state;
    }

    /** Numbers from a source, for keys and nonces a cryptographically strong one. */
    public static Rng of(Source source) {
        return new Rng(source, 0);
    }

    /** The SplitMix64 sequence of a seed: repeatable, and of no use as a secret. */
    public static Rng seeded(long seed) {
        return new Rng(null, seed);
    }

    private long splitMix() {
        long z = state += 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** Any 64 bits. */
    public long nextLong() {
        return source == null ? splitMix() : fromBatch(source);
    }

    private long fromBatch(Source from) {
        byte[] b = batch;
        if (b == null) {
            b = new byte[BATCH];
            batch = b;
        }
        if (at > BATCH - 8) {
            from.fill(b);
            at = 0;
        }
        long v = 0;
        for (int i = 0; i < 8; i++) {
            v |= (b[at] & 0xffL) << 8 * i;
            b[at++] = 0; // a number handed out is not kept
        }
        return v;
    }

    /** Any 32 bits. */
    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    /** A number of {@code [0, bound)}, each equally likely. */
    public int nextInt(int bound) {
        if (bound <= 0) throw new IllegalArgumentException("bound " + bound);
        while (true) {
            int bits = (int) (nextLong() >>> 33);
            int value = bits % bound;
            if (bits - value + (bound - 1) >= 0) return value;
        }
    }

    /** A number of {@code [0, 1)}. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Fills the array, straight from the source. */
    public void nextBytes(byte[] bytes) {
        if (source != null) {
            source.fill(bytes);
            return;
        }
        for (int i = 0; i < bytes.length; i += 8) {
            long z = splitMix();
            for (int j = i; j < Math.min(i + 8, bytes.length); j++) {
                bytes[j] = (byte) z;
                z >>>= 8;
            }
        }
    }

    /** That many random bytes. */
    public byte[] bytes(int n) {
        byte[] b = new byte[n];
        nextBytes(b);
        return b;
    }
}
