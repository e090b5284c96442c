package libp2p.bench;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What a frame allocates, by JMH's profiler. */
final class Garbage {
    private Garbage() {}

    static List<Row> rows(boolean quick) throws RunnerException {
        List<String> flags = Child.java("-Xmx1g");
        OptionsBuilder options = new OptionsBuilder();
        options.include(FrameBenchmark.class.getName() + ".*")
                .addProfiler(GCProfiler.class)
                .forks(1)
                .warmupIterations(quick ? 2 : 3)
                .warmupTime(TimeValue.seconds(quick ? 1 : 3))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(quick ? 1 : 3))
                .jvmArgs(flags.subList(1, flags.size() - 2).toArray(new String[0]))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
        List<Row> rows = new ArrayList<>();
        for (RunResult r : new Runner(options.build()).run()) {
            String name = r.getPrimaryResult().getLabel();
            Result<?> garbage = null;
            for (var e : r.getSecondaryResults().entrySet()) if (e.getKey().endsWith("gc.alloc.rate.norm")) garbage = e.getValue();
            if (garbage == null) throw new IllegalStateException("no gc profile of " + name);
            double bytes = garbage.getScore() < 0.5 ? 0 : garbage.getScore();
            String time = Row.number(r.getPrimaryResult().getScore() / 1e3) + " us each";
            switch (name) {
                case "carry" -> rows.add(row("a frame's way through both ends, null cipher", bytes, 0.0, time));
                case "carryConscrypt" ->
                        rows.add(row("a frame's way through both ends, Conscrypt", bytes, 320.0, time + "; one seal and one open"));
                case "seal" -> rows.add(row("seal of a full frame, Conscrypt", bytes, 160.0, time));
                case "sealAndOpen" -> rows.add(row("seal and open of a full frame, Conscrypt", bytes, 320.0, time));
                default -> throw new IllegalStateException(name);
            }
        }
        return rows;
    }

    private static Row row(String what, double bytes, double goal, String note) {
        return new Row("garbage", what, bytes, "bytes", null, goal, note);
    }
}
