package libp2p.sim;

import java.util.Arrays;

/**
 * What a sample says: of one quantity over the hosts of a run, or over runs with different seeds.
 *
 * <p>The order of the values does not matter, to the last bit; all arithmetic is IEEE 754's four operations and square roots, the same on
 * every platform.
 */
public final class Statistics {
    /**
     * From one bound to the other, both included.
     *
     * @param low the lower bound
     * @param high the upper bound
     */
    public record Interval(double low, double high) {}

    /** Student's t for 95 % two-sided confidence, by degrees of freedom from 1 on. */
    private static final double[] T95 = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    };

    /** The rest of the table: degrees of freedom, and t for all from there to the next. */
    private static final double[][] T95_BEYOND = {{30, 2.042}, {40, 2.021}, {60, 2.000}, {120, 1.980}, {1000, 1.962}};

    private static final double CONFIDENCE = 0.95;

    private final double[] sorted;

    private Statistics(double[] sorted) {
        this.sorted = sorted;
    }

    /** Of these values, of which there must be one at least, and none not a number. */
    public static Statistics of(double... values) {
        if (values.length == 0) throw new IllegalArgumentException("an empty sample");
        double[] copy = Arrays.copyOf(values, values.length);
        for (double v : copy) if (Double.isNaN(v)) throw new IllegalArgumentException("a sample with what is no number");
        Arrays.sort(copy);
        return new Statistics(copy);
    }

    /** Of these values. */
    public static Statistics of(long... values) {
        double[] copy = new double[values.length];
        for (int i = 0; i < copy.length; i++) copy[i] = values[i];
        return of(copy);
    }

    /** How many there are. */
    public int count() {
        return sorted.length;
    }

    /** The smallest. */
    public double least() {
        return sorted[0];
    }

    /** The largest. */
    public double most() {
        return sorted[sorted.length - 1];
    }

    /** The arithmetic mean. */
    public double mean() {
        double sum = 0;
        double lost = 0; // Kahan's compensation
        for (double v : sorted) {
            double y = v - lost;
            double t = sum + y;
            lost = t - sum - y;
            sum = t;
        }
        return sum / sorted.length;
    }

    /** The standard deviation that the sample lets one expect of all (divided by n - 1); 0 for one value. */
    public double deviation() {
        if (sorted.length == 1) return 0;
        double mean = mean();
        double sum = 0;
        for (double v : sorted) sum += (v - mean) * (v - mean);
        return Math.sqrt(sum / (sorted.length - 1));
    }

    /** The value that {@code percent} of all do not exceed, of {@code (0, 100]}: the nearest rank, one of the values itself. */
    public double percentile(double percent) {
        if (!(percent > 0 && percent <= 100)) throw new IllegalArgumentException("percentile " + percent);
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(1, rank) - 1];
    }

    /** The median, by nearest rank. */
    public double median() {
        return percentile(50);
    }

    /** The 95 % confidence interval of the mean, by Student's t: right for values that are nearly normal, such as means of runs. */
    public Interval meanInterval() {
        if (sorted.length == 1) return new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        double half = t(sorted.length - 1) * deviation() / Math.sqrt(sorted.length);
        return new Interval(mean() - half, mean() + half);
    }

    private static double t(int freedom) {
        if (freedom <= T95.length) return T95[freedom - 1];
        double t = 0;
        for (double[] row : T95_BEYOND) if (freedom >= row[0]) t = row[1];
        return t;
    }

    /**
     * A confidence interval of at least 95 % of a percentile, from the values themselves, whatever their distribution: between the ranks
     * that the binomial distribution gives. Infinite on the side where the sample is too small to say.
     */
    public Interval percentileInterval(double percent) {
        if (!(percent > 0 && percent < 100)) throw new IllegalArgumentException("percentile " + percent);
        int n = sorted.length;
        double tail = (1 - CONFIDENCE) / 2;
        int low = -1; // the highest rank, from 0, that is at or below the percentile with enough confidence
        int high = n;
        double below = 0; // the chance that at most so many values lie below the percentile
        double[] chances = binomial(n, percent / 100);
        for (int k = 0; k <= n; k++) {
            below += chances[k];
            if (below <= tail) low = k;
            if (below >= 1 - tail) {
                high = k;
                break;
            }
        }
        return new Interval(low < 0 ? Double.NEGATIVE_INFINITY : sorted[low], high > n - 1 ? Double.POSITIVE_INFINITY : sorted[high]);
    }

    /** The chance of each number of successes in n trials, outward from the likeliest, so that nothing vanishes for large n. */
    private static double[] binomial(int n, double p) {
        double[] c = new double[n + 1];
        int mode = (int) Math.min(n, Math.floor((n + 1) * p));
        c[mode] = 1;
        for (int k = mode; k < n; k++) c[k + 1] = c[k] * (n - k) / (k + 1) * (p / (1 - p));
        for (int k = mode; k > 0; k--) c[k - 1] = c[k] * k / (n - k + 1) * ((1 - p) / p);
        double sum = 0;
        for (double v : c) sum += v;
        for (int k = 0; k <= n; k++) c[k] /= sum;
        return c;
    }

    @Override
    public String toString() {
        return count() + " values, mean " + mean() + ", median " + median() + ", from " + least() + " to " + most();
    }
}
