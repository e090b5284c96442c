package libp2p.bench;

import java.util.Locale;
import libp2p.multiformats.Nullable;

/**
 * One line of the result.
 *
 * @param group the name to ask for
 * @param what was measured
 * @param value ours
 * @param unit of it
 * @param base what it is held against, null if nothing
 * @param goal the most that value, or its ratio to the base, may be; null where there is none
 * @param note what else is to be known
 */
record Row(String group, String what, double value, String unit, @Nullable Double base, @Nullable Double goal, String note) {
    /** Value to base, or the value where there is no base. */
    double figure() {
        Double b = base;
        return b == null ? value : value / b;
    }

    /** Whether the goal is kept, where there is one. */
    String verdict() {
        Double g = goal;
        if (g == null) return "";
        if (figure() <= g) return "met";
        return g == 0 ? "missed by " + number(figure()) : String.format(Locale.ROOT, "missed by %.0f %%", (figure() / g - 1) * 100);
    }

    static String number(double d) {
        if (d == 0) return "0";
        if (Math.abs(d) >= 1000) return String.format(Locale.ROOT, "%.0f", d);
        String form = Math.abs(d) >= 100 ? "%.0f" : Math.abs(d) >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, form, d);
    }

    String markdown() {
        Double b = base;
        Double g = goal;
        String ratio = b == null ? "" : String.format(Locale.ROOT, "%.2f", figure());
        String most = g == null ? "" : b == null ? number(g) + " " + unit : number(g) + " x";
        return "| " + what + " | " + number(value) + " " + unit + " | " + (b == null ? "" : number(b) + " " + unit) + " | " + ratio
                + " | " + most + " | " + verdict() + " | " + note + " |";
    }

    String json() {
        return String.format(Locale.ROOT,
                "{\"group\":\"%s\",\"what\":\"%s\",\"value\":%s,\"unit\":\"%s\",\"base\":%s,"
                        + "\"ratio\":%s,\"goal\":%s,\"verdict\":\"%s\",\"note\":\"%s\"}",
                group, what, value, unit, base, base == null ? null : figure(), goal, verdict(), note.replace("\"", "'"));
    }
}
