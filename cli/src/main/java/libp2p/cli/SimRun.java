package libp2p.cli;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.sim.Fidelity;
import libp2p.sim.Scenario;
import libp2p.sim.Statistics;
import libp2p.sim.Trial;

/** One run of a scenario, and what it took. */
final class SimRun {
    /** How much of the real stack runs. */
    enum Stack {
        /** Streams as they are: for 10^5 to 10^6 hosts. */
        streams,
        /** Pipes with protocol selection and Yamux, under plaintext: for 10^4. */
        bytes,
        /** All that is real, with Noise: for 10^3. */
        noise;

        Fidelity fidelity() {
            return switch (this) {
                case streams -> Fidelity.STREAMS;
                case bytes -> Fidelity.BYTES;
                case noise -> Fidelity.bytes(new BouncyCastleCrypto());
            };
        }
    }

    /**
     * What decides a run.
     *
     * @param parameters those that are not as usual
     */
    record Setting(Scenario scenario, long seed, int nodes, Stack stack, Map<String, Double> parameters) {
        Trial trial(Trial.Watcher watcher) {
            return new Trial(scenario, seed, nodes, stack.fidelity(), parameters, watcher);
        }
    }

    private static final int COLLECTIONS = 4;

    private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Setting setting;
    private final Trial trial;
    private final long heapBefore;
    private long cpuNanos;
    private long wallNanos;
    private long heapBytes = -1;
    private boolean whole;

    SimRun(Setting setting, Trial.Watcher watcher) {
        this.setting = setting;
        this.heapBefore = heap();
        this.trial = setting.trial(watcher);
    }

    Trial trial() {
        return trial;
    }

    Setting setting() {
        return setting;
    }

    /** Runs it to its end, or until the watcher stops it; measures in either case. */
    void run() {
        long cpu = SYSTEM.getProcessCpuTime();
        long began = System.nanoTime();
        try {
            trial.run();
            whole = true;
        } finally {
            cpuNanos = SYSTEM.getProcessCpuTime() - cpu;
            wallNanos = System.nanoTime() - began;
        }
        heapBytes = Math.max(0, heap() - heapBefore);
    }

    /** Whether it came to its end. */
    boolean isWhole() {
        return whole;
    }

    /** What is alive: collectors leave some garbage where moving what lies above it costs more, but every fourth time. */
    private static long heap() {
        Runtime r = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(least, r.totalMemory() - r.freeMemory());
        }
        return least;
    }

    /** What names the run: in every file and in the summary. */
    static Map<String, Object> head(Setting s, Map<String, Double> parameters) {
        Map<String, Object> o = new LinkedHashMap<>();
        o.put("scenario", s.scenario.name());
        o.put("version", Main.VERSION);
        o.put("seed", s.seed);
        o.put("nodes", s.nodes);
        o.put("stack", s.stack.name());
        Map<String, Object> p = new LinkedHashMap<>();
        for (Map.Entry<String, Double> e : parameters.entrySet()) p.put(e.getKey(), number(e.getValue()));
        o.put("parameters", p);
        return o;
    }

    Map<String, Object> head() {
        return head(setting, trial.parameters());
    }

    /** A number that JSON can have. */
    private static Object number(double v) {
        if (v == Math.rint(v) && Math.abs(v) < 1e15) return (long) v;
        return Double.isFinite(v) ? (Object) v : Double.toString(v);
    }

    /** All that there is to say, in the order in which it is said. */
    Map<String, Object> summary() {
        Map<String, Object> o = head();
        o.put("virtualSeconds", (double) trial.world().now() / 1e9);
        o.put("events", trial.world().events());
        o.put("cpuSeconds", rounded(cpuNanos / 1e9, 1e3));
        o.put("wallSeconds", rounded(wallNanos / 1e9, 1e3));
        o.put("eventsPerCpuSecond", cpuNanos == 0 ? 0 : (long) (trial.world().events() / (cpuNanos / 1e9)));
        o.put("heapBytesPerNode", heapBytes < 0 ? null : heapBytes / setting.nodes);
        o.put("delivered", trial.delivered());
        o.put("traceHash", String.format(Locale.ROOT, "%016x", trial.world().hash()));
        o.put("whole", whole);
        Map<String, Object> results = new LinkedHashMap<>();
        for (Map.Entry<String, Double> e : trial.results().entrySet()) results.put(e.getKey(), number(e.getValue()));
        for (Trial.Sample s : trial.samples()) distribution(results, s);
        o.put("results", results);
        return o;
    }

    private static void distribution(Map<String, Object> results, Trial.Sample s) {
        String name = s.name() + Character.toUpperCase(s.unit().charAt(0)) + s.unit().substring(1);
        if (s.values().length == 0) return;
        Statistics all = Statistics.of(s.values());
        results.put(name + "P50", rounded(all.percentile(50), 1e6));
        results.put(name + "P90", rounded(all.percentile(90), 1e6));
        results.put(name + "P99", rounded(all.percentile(99), 1e6));
        results.put(name + "Most", rounded(all.most(), 1e6));
    }

    private static double rounded(double v, double parts) {
        return Math.rint(v * parts) / parts;
    }
}
