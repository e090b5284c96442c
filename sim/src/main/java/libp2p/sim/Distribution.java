package libp2p.sim;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import libp2p.core.Rng;

/**
 * Lengths of time, in nanoseconds, that chance decides: latencies, jitter, sessions.
 *
 * <p>The same numbers on every platform for the same randomness: logarithms and exponentials are {@code Elementary}'s. None is negative.
 */
@FunctionalInterface
public interface Distribution {
    /** How often a truncated distribution is asked before its bound is taken. */
    int DRAWS_MAX = 1000;

    /** The next one. */
    long draw(Rng random);

    /** Always the same. */
    static Distribution constant(long nanos) {
        checked(nanos);
        return random -> nanos;
    }

    /** Any of {@code [least, most]}, each equally likely. */
    static Distribution uniform(long leastNanos, long mostNanos) {
        if (leastNanos < 0 || mostNanos < leastNanos || mostNanos == Long.MAX_VALUE) {
            throw new IllegalArgumentException("times of " + leastNanos + " to " + mostNanos);
        }
        return random -> leastNanos + (random.nextLong() >>> 1) % (mostNanos - leastNanos + 1);
    }

    /** The normal distribution, cut at zero. */
    static Distribution normal(long meanNanos, long deviationNanos) {
        checked(meanNanos);
        checked(deviationNanos);
        return redrawn(random -> meanNanos + deviationNanos * gauss(random), 0, Long.MAX_VALUE);
    }

    /** The log-normal distribution with that median, whose logarithm has the standard deviation {@code sigma}: 0.5 is a long tail. */
    static Distribution logNormal(long medianNanos, double sigma) {
        checked(medianNanos);
        if (!(sigma >= 0)) throw new IllegalArgumentException("sigma " + sigma);
        return random -> (long) (medianNanos * Elementary.exp(sigma * gauss(random)));
    }

    /** The exponential distribution: waits between events that come at a rate, one in {@code meanNanos}. */
    static Distribution exponential(long meanNanos) {
        checked(meanNanos);
        return random -> (long) (meanNanos * -Elementary.lnRest(random.nextDouble()));
    }

    /** The Weibull distribution, what sessions of peers are found to have with a shape below 1: many short ones, a few very long ones. */
    static Distribution weibull(long scaleNanos, double shape) {
        checked(scaleNanos);
        if (!(shape > 0)) throw new IllegalArgumentException("shape " + shape);
        return random -> {
            double e = -Elementary.lnRest(random.nextDouble());
            return e < Double.MIN_NORMAL ? 0 : (long) (scaleNanos * Elementary.exp(Elementary.ln(e) / shape));
        };
    }

    /** The Pareto distribution: at least {@code leastNanos}, with a tail the heavier the smaller the shape. */
    static Distribution pareto(long leastNanos, double shape) {
        checked(leastNanos);
        if (!(shape > 0)) throw new IllegalArgumentException("shape " + shape);
        return random -> (long) (leastNanos * Elementary.exp(-Elementary.lnRest(random.nextDouble()) / shape));
    }

    /** As measured: between the samples it is taken to be even. */
    static Distribution empirical(long... samplesNanos) {
        if (samplesNanos.length == 0) throw new IllegalArgumentException("no samples");
        long[] sorted = Arrays.copyOf(samplesNanos, samplesNanos.length);
        Arrays.sort(sorted);
        checked(sorted[0]);
        return random -> {
            double place = random.nextDouble() * (sorted.length - 1);
            int i = (int) place;
            return i + 1 < sorted.length ? sorted[i] + (long) ((place - i) * (sorted[i + 1] - sorted[i])) : sorted[i];
        };
    }

    /** The same, truncated to {@code [least, most]}: what lies outside is drawn again. */
    default Distribution within(long leastNanos, long mostNanos) {
        if (leastNanos < 0 || mostNanos < leastNanos) throw new IllegalArgumentException("times of " + leastNanos + " to " + mostNanos);
        return redrawn(random -> (double) draw(random), leastNanos, mostNanos);
    }


    private static Distribution redrawn(ToDoubleFunction<Rng> raw, long least, long most) {
        return random -> {
            double v = 0;
            for (int i = 0; i < DRAWS_MAX; i++) {
                v = raw.applyAsDouble(random);
                if (v >= least && v <= most) return (long) v;
            }
            return v < least ? least : most;
        };
    }

    /** A number of the normal distribution of mean 0 and deviation 1, by Marsaglia's polar method. */
    private static double gauss(Rng random) {
        while (true) {
            double a = 2 * random.nextDouble() - 1;
            double b = 2 * random.nextDouble() - 1;
            double s = a * a + b * b;
            if (s >= 1 || s < Double.MIN_NORMAL) continue;
            return a * Math.sqrt(-2 * Elementary.ln(s) / s); // a square root is rounded alike everywhere: IEEE 754 says how
        }
    }

    private static void checked(long nanos) {
        if (nanos < 0) throw new IllegalArgumentException("negative time " + nanos);
    }
}
