package libp2p.testkit.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Runs targets; a finding is an AssertionError that holds the least input found to show it, in hexadecimal. */
public final class Fuzzing {
    /** What any run may allocate, in bytes: far above what a machine starts with, far below what a length may announce. */
    public static final long ALLOCATED_MAX = 32L * 1024 * 1024;

    /** What it may allocate beyond that for each byte of input. */
    public static final long ALLOCATED_PER_BYTE_MAX = 1024;

    private static final int SHRINK_RUNS_MAX = 2000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Fuzzing() {}

    /** Runs the seeds as they are, then {@code rounds} damaged ones. */
    public static void run(Target target, int rounds, long seed) {
        for (byte[] s : target.seeds()) check(target, s, "a seed");
        Mutator mutator = new Mutator(target.seeds(), seed);
        for (int i = 0; i < rounds; i++) check(target, mutator.next(), "seed " + seed + ", round " + i);
    }

    /** Runs one input; says what is wrong as it came, without looking for less. */
    public static void once(Target target, byte[] input) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        target.check().accept(Arrays.copyOf(input, input.length));
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (allocated > ALLOCATED_MAX + input.length * ALLOCATED_PER_BYTE_MAX) {
            throw new AssertionError(allocated + " bytes allocated for " + input.length + " of input");
        }
    }

    private static void check(Target target, byte[] input, String origin) {
        Throwable wrong = finding(target, input);
        if (wrong == null) return;
        byte[] least = shrink(target, input, wrong);
        Throwable shown = finding(target, least);
        throw new AssertionError(target + ", " + origin + ": input " + hex(least), shown == null ? wrong : shown);
    }

    private static Throwable finding(Target target, byte[] input) {
        try {
            once(target, input);
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }

    /** Leaves out what is not needed for the same kind of failure. */
    private static byte[] shrink(Target target, byte[] input, Throwable wrong) {
        byte[] best = input;
        int runs = 0;
        for (int size = Math.max(1, best.length / 2); size > 0; size /= 2) {
            for (int at = 0; at + size <= best.length && runs < SHRINK_RUNS_MAX; runs++) {
                byte[] less = new byte[best.length - size];
                System.arraycopy(best, 0, less, 0, at);
                System.arraycopy(best, at + size, less, at, less.length - at);
                Throwable again = finding(target, less);
                if (again != null && again.getClass() == wrong.getClass()) best = less;
                else at += size;
            }
        }
        return best;
    }

    /** Bytes of hexadecimal digits. */
    public static byte[] bytes(String hex) {
        byte[] b = new byte[hex.length() / 2];
        for (int i = 0; i < b.length; i++) b[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        return b;
    }

    /** Bytes as hexadecimal digits. */
    public static String hex(byte[] bytes) {
        StringBuilder s = new StringBuilder(2 * bytes.length);
        for (byte b : bytes) s.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
        return s.toString();
    }
}
