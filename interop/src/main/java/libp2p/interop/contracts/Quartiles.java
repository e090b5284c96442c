package libp2p.interop.contracts;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How samples are spread, as the performance suite wants it: quartiles by linear interpolation, outliers beyond 1.5 times the distance of
 * the quartiles, and the least and greatest of the rest.
 */
record Quartiles(double min, double q1, double median, double q3, double max, double[] outliers, double[] samples) {
    private static final double FENCE = 1.5;

    /** Of at least one sample. */
    static Quartiles of(double... measured) {
        double[] sorted = measured.clone();
        Arrays.sort(sorted);
        double q1 = at(sorted, 0.25);
        double q3 = at(sorted, 0.75);
        double low = q1 - FENCE * (q3 - q1);
        double high = q3 + FENCE * (q3 - q1);
        double[] inside = Arrays.stream(sorted).filter(v -> v >= low && v <= high).toArray();
        double[] outliers = Arrays.stream(sorted).filter(v -> v < low || v > high).toArray();
        return new Quartiles(inside[0], q1, at(sorted, 0.5), q3, inside[inside.length - 1], outliers, sorted);
    }

    private static double at(double[] sorted, double part) {
        double place = part * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
    }

    /** The lines of a section, indented. */
    String yaml(int decimals) {
        return line("min", decimals, min) + line("q1", decimals, q1) + line("median", decimals, median) + line("q3", decimals, q3)
                + line("max", decimals, max) + list("outliers", decimals, outliers) + list("samples", decimals, samples);
    }

    private static String number(int decimals, double value) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    private static String line(String name, int decimals, double value) {
        return "  " + name + ": " + number(decimals, value) + "\n";
    }

    private static String list(String name, int decimals, double[] values) {
        String all = Arrays.stream(values).mapToObj(v -> number(decimals, v)).collect(Collectors.joining(", ", "[", "]"));
        return "  " + name + ": " + all + "\n";
    }
}
