package libp2p.testkit.fuzz;

import java.util.Arrays;
import java.util.List;
import libp2p.core.Rng;

/** Damages good input in the ways that parsers fail at; the same seed gives the same inputs. */
public final class Mutator {
    /** Bytes of the longest input. */
    public static final int SIZE_MAX = 64 * 1024;

    private static final int STEPS_MAX = 5;
    private static final int INSERT_MAX = 24;
    private static final int REPEAT_MAX = 64;
    private static final long[] EXTREMES = {
        0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x3fff, 0x4000, 0x7fff, 0x8000, 0xffff, 0x10000, 0xffffff, 0x1000000,
        0x7fffffffL, 0x80000000L, 0xffffffffL, 0x100000000L, Long.MAX_VALUE, Long.MIN_VALUE, -1
    };

    private final List<byte[]> seeds;
    private final Rng rng;

    /** Inputs made of these seeds. */
    public Mutator(List<byte[]> seeds, long seed) {
        this.seeds = seeds;
        this.rng = Rng.seeded(seed);
    }

    /** The next input. */
    public byte[] next() {
        byte[] b = rng.nextInt(16) == 0 ? rng.bytes(rng.nextInt(64)) : copy(seed());
        for (int i = 1 + rng.nextInt(STEPS_MAX); i > 0; i--) b = step(b);
        return b.length > SIZE_MAX ? Arrays.copyOf(b, SIZE_MAX) : b;
    }

    private byte[] seed() {
        return seeds.isEmpty() ? new byte[0] : seeds.get(rng.nextInt(seeds.size()));
    }

    private static byte[] copy(byte[] b) {
        return Arrays.copyOf(b, b.length);
    }

    private byte[] step(byte[] b) {
        int n = b.length;
        if (n == 0) return rng.bytes(rng.nextInt(INSERT_MAX));
        int at = rng.nextInt(n);
        int to = at + rng.nextInt(Math.min(n - at, 64) + 1);
        switch (rng.nextInt(11)) {
            case 0, 1 -> b[at] ^= (byte) (1 << rng.nextInt(8));
            case 2 -> b[at] = (byte) rng.nextInt();
            case 3 -> b[at] += (byte) (rng.nextInt(2) == 0 ? 1 : -1);
            case 4 -> {
                return Arrays.copyOf(b, at);
            }
            case 5 -> {
                return splice(b, at, new byte[0], to);
            }
            case 6 -> {
                return splice(b, at, rng.bytes(rng.nextInt(INSERT_MAX)), at);
            }
            case 7 -> {
                byte[] other = seed();
                int from = rng.nextInt(other.length + 1);
                byte[] part = Arrays.copyOfRange(other, from, from + rng.nextInt(other.length - from + 1));
                return splice(b, at, part, rng.nextInt(2) == 0 ? at : n);
            }
            case 8 -> {
                byte[] number = fixed(extreme(), 1 << rng.nextInt(4));
                return splice(b, at, number, Math.min(n, at + number.length));
            }
            case 9 -> {
                return splice(b, at, varint(extreme(), rng.nextInt(4) == 0), rng.nextInt(2) == 0 ? at : at + 1);
            }
            default -> {
                return repeat(b, at, to);
            }
        }
        return b;
    }

    private long extreme() {
        return EXTREMES[rng.nextInt(EXTREMES.length)] + (rng.nextInt(4) == 0 ? rng.nextInt(5) - 2 : 0);
    }

    private byte[] repeat(byte[] b, int at, int to) {
        int size = to - at;
        int times = size == 0 ? 0 : Math.min(rng.nextInt(REPEAT_MAX), SIZE_MAX / size);
        byte[] more = new byte[size * times];
        for (int i = 0; i < times; i++) System.arraycopy(b, at, more, i * size, size);
        return splice(b, to, more, to);
    }

    private static byte[] splice(byte[] b, int from, byte[] middle, int to) {
        byte[] out = Arrays.copyOf(b, from + middle.length + b.length - to);
        System.arraycopy(middle, 0, out, from, middle.length);
        System.arraycopy(b, to, out, from + middle.length, b.length - to);
        return out;
    }

    private static byte[] fixed(long v, int size) {
        byte[] b = new byte[size];
        for (int i = 0; i < size; i++) b[i] = (byte) (v >>> 8 * (size - 1 - i));
        return b;
    }

    /** As protobuf has it; {@code padded} gives one that is not in its shortest form. */
    private static byte[] varint(long v, boolean padded) {
        byte[] b = new byte[12];
        int n = 0;
        long rest = v;
        while (rest >>> 7 != 0) {
            b[n++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        b[n++] = (byte) (padded ? rest | 0x80 : rest);
        return Arrays.copyOf(b, padded ? n + 1 : n);
    }
}
