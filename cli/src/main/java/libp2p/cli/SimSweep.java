package libp2p.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What is varied: every value of each with every value of the others. */
final class SimSweep {
    private static final int RUNS_MAX = 1_000_000;

    /** One thing that takes several values, such as {@code degree=4,8,16} or {@code seed=1..30}. */
    record Axis(String name, List<Double> values) {}

    /** Reads an axis. */
    static final class Reader implements ITypeConverter<Axis> {
        private static final Pattern FORM = Pattern.compile("([A-Za-z][A-Za-z0-9]*)=(.+)");
        private static final Pattern RANGE = Pattern.compile("(\\d{1,15})\\.\\.(\\d{1,15})");

        @Override
        public Axis convert(String text) {
            Matcher m = FORM.matcher(text);
            if (!m.matches()) throw new TypeConversionException("'" + text + "' is not like degree=4,8,16 or seed=1..30");
            List<Double> values = new ArrayList<>();
            for (String part : m.group(2).split(",", -1)) add(values, part.trim(), text);
            return new Axis(m.group(1), values);
        }

        private static void add(List<Double> values, String part, String text) {
            Matcher range = RANGE.matcher(part);
            if (range.matches()) {
                long from = Long.parseLong(range.group(1));
                long to = Long.parseLong(range.group(2));
                boolean fits = from <= to && to - from < RUNS_MAX;
                if (!fits) throw new TypeConversionException("'" + part + "' is not a range of at most " + RUNS_MAX);
                for (long v = from; v <= to; v++) values.add((double) v);
                return;
            }
            try {
                double v = Double.parseDouble(part);
                if (!Double.isFinite(v)) throw new NumberFormatException();
                values.add(v);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + part + "' in '" + text + "' is no number");
            }
        }
    }

    private SimSweep() {}

    /** The settings of all runs, the last axis varying fastest. */
    static List<SimRun.Setting> settings(SimRun.Setting base, List<Axis> axes) {
        List<SimRun.Setting> all = List.of(base);
        for (Axis a : axes) {
            List<SimRun.Setting> next = new ArrayList<>();
            if ((long) all.size() * a.values.size() > RUNS_MAX) throw new IllegalArgumentException("more than " + RUNS_MAX + " runs");
            for (SimRun.Setting s : all) for (double v : a.values) next.add(with(s, a.name, v));
            all = next;
        }
        return all;
    }

    private static SimRun.Setting with(SimRun.Setting s, String name, double v) {
        if (name.equals("seed")) return new SimRun.Setting(s.scenario(), whole(name, v), s.nodes(), s.stack(), s.parameters());
        if (name.equals("nodes")) {
            long nodes = whole(name, v);
            if (nodes < 1 || nodes > SimCommand.NODES_MAX) {
                throw new IllegalArgumentException("nodes is " + nodes + " and must be from 1 to " + SimCommand.NODES_MAX);
            }
            return new SimRun.Setting(s.scenario(), s.seed(), (int) nodes, s.stack(), s.parameters());
        }
        Map<String, Double> parameters = new LinkedHashMap<>(s.parameters());
        parameters.put(name, v);
        return new SimRun.Setting(s.scenario(), s.seed(), s.nodes(), s.stack(), parameters);
    }

    private static long whole(String name, double v) {
        if (v != Math.rint(v)) throw new IllegalArgumentException(name + " is " + v + " and must be a whole number");
        return (long) v;
    }
}
