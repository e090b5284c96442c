package libp2p.cli;

import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import libp2p.cli.scenarios.ChurnScenario;
import libp2p.cli.scenarios.FloodScenario;
import libp2p.cli.scenarios.PartitionScenario;
import libp2p.cli.scenarios.PingScenario;
import libp2p.sim.Scenario;
import libp2p.sim.Trial;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a scenario in a simulated world. */
@Command(
        name = "sim",
        description = "Run real nodes in a simulated world: the same seed, the same story.",
        mixinStandardHelpOptions = true,
        version = "java-libp2p " + Main.VERSION,
        footer = "A scenario of your own is a Java class: see docs/research.md.")
final class SimCommand implements Callable<Integer> {
    private static final String SOURCE_LAUNCHER = "jdk.compiler/";

    static final int NODES_MAX = 10_000_000;

    /** Of the machine's memory, for the heaps of all processes together. */
    private static final double HEAP_PERCENT = 75;

    private static final List<Scenario> KNOWN =
            List.of(new PingScenario(), new FloodScenario(), new PartitionScenario(), new ChurnScenario());

    @Spec
    private CommandSpec spec;

    private final Scenario given;

    @Parameters(paramLabel = "SCENARIO", arity = "0..1", description = "Which: ping, flood, partition or churn; --list says more.")
    private String name;

    @Option(names = "--list", description = "List the scenarios and their parameters.")
    private boolean list;

    @Option(names = "--nodes", paramLabel = "N", description = "How many hosts; the scenario says how many unless given.")
    private Integer nodes;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "What decides chance (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--set", paramLabel = "NAME=VALUE", description = "A parameter of the scenario.")
    private Map<String, Double> parameters = new LinkedHashMap<>();

    @Option(names = "--stack", defaultValue = "streams",
            description = "How much of the real stack runs: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private SimRun.Stack stack;

    @Option(names = "--out", paramLabel = "DIR", description = "Where to leave the summary, tables and charts.")
    private Path folder;

    @Option(names = "--data", paramLabel = "FORM", description = "Leave there what happens as data, an event a line: jsonl or csv.")
    private String data;

    @Option(names = "--story", description = "Leave there what happens in words.")
    private boolean story;

    @Option(names = "--sweep", paramLabel = "NAME=VALUES", converter = SimSweep.Reader.class,
            description = "Run once for each value, such as seed=1..30 or degree=4,8,16; each with each when given more than once.")
    private List<SimSweep.Axis> sweep = new ArrayList<>();

    @Option(names = "--processes", paramLabel = "P", defaultValue = "1",
            description = "Spread the runs of a sweep over that many processes (default ${DEFAULT-VALUE}).")
    private int processes;

    @Mixin
    private Output output;

    private volatile boolean stopping;

    SimCommand() {
        this(null);
    }

    /** Runs that scenario and no other. */
    SimCommand(Scenario given) {
        this.given = given;
    }

    /** Thrown to end a run when someone has interrupted it. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;

        Stopped() {
            super("interrupted", null, false, false);
        }
    }

    @Override
    public Integer call() throws Exception {
        if (list) {
            list();
            return 0;
        }
        Scenario scenario = scenario();
        SimRun.Setting base = new SimRun.Setting(scenario, seed, nodes == null ? scenario.nodes() : nodes, stack, parameters);
        List<SimRun.Setting> settings;
        try {
            check(base.nodes() >= 1 && base.nodes() <= NODES_MAX, "--nodes takes 1 to " + NODES_MAX);
            check(processes >= 1 && processes <= 256, "--processes takes 1 to 256");
            check(processes == 1 || !sweep.isEmpty(), "--processes goes with --sweep");
            check(data == null || data.equals("jsonl") || data.equals("csv"), "--data takes jsonl or csv");
            check(folder != null || data == null && !story, "--data and --story need --out");
            check(sweep.isEmpty() || data == null && !story, "--data and --story go with a single run");
            settings = SimSweep.settings(base, sweep);
            for (SimRun.Setting s : settings) s.trial((now, length) -> {}); // what is out of its bounds is said before the first run
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
        CountDownLatch finished = new CountDownLatch(1);
        Thread hook = new Thread(() -> {
            stopping = true;
            try {
                finished.await(); // what was measured is being written
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(1);
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return sweep.isEmpty() ? one(base) : new SimSweepRun(this, output, folder, processes).run(settings);
        } catch (OutOfMemoryError e) {
            throw new IOException("the heap is full; give it more, such as LIBP2P_JAVA_OPTS=-Xmx12g", e);
        } finally {
            if (!stopping) Runtime.getRuntime().removeShutdownHook(hook);
            finished.countDown();
        }
    }

    private void check(boolean holds, String what) {
        if (!holds) throw wrong(what);
    }

    private ParameterException wrong(String what) {
        return new ParameterException(spec.commandLine(), what);
    }

    private Scenario scenario() {
        if (given != null) {
            check(name == null || name.equals(given.name()), "this runs the scenario " + given.name() + " only");
            return given;
        }
        check(name != null, "say which scenario: " + names());
        for (Scenario s : KNOWN) if (s.name().equals(name)) return s;
        throw wrong("there is no scenario '" + name + "'; there are " + names());
    }

    private static String names() {
        List<String> all = new ArrayList<>();
        for (Scenario s : KNOWN) all.add(s.name());
        return String.join(", ", all);
    }

    private void list() {
        for (Scenario s : given == null ? KNOWN : List.of(given)) {
            StringBuilder text = new StringBuilder(s.name()).append(": ").append(s.description());
            List<Object> all = new ArrayList<>();
            for (Scenario.Parameter p : s.parameters()) {
                text.append(String.format(Locale.ROOT, "%n  %-14s %s; %s unless set, from %s to %s", p.name(), p.description(),
                        Trial.text(p.usual()), Trial.text(p.least()), Trial.text(p.most())));
                Map<String, Object> o = new LinkedHashMap<>();
                o.put("name", p.name());
                o.put("description", p.description());
                o.put("usual", p.usual());
                o.put("least", p.least());
                o.put("most", p.most());
                all.add(o);
            }
            Map<String, Object> o = new LinkedHashMap<>();
            o.put("scenario", s.name());
            o.put("description", s.description());
            o.put("nodes", s.nodes());
            o.put("parameters", all);
            output.say(o, text.toString());
        }
    }

    // ---- one run

    private int one(SimRun.Setting setting) throws IOException {
        SimRun run = prepared(setting);
        boolean whole;
        if (folder == null) {
            whole = finished(run);
        } else {
            try (SimFiles files = new SimFiles(folder, run.head())) {
                if (story) files.story(run.trial(), run);
                if (data != null) files.data(run.trial(), run, data);
                whole = finished(run);
                files.measured(run);
            }
        }
        output.say(run.summary(), table(run.summary()));
        if (output.out().checkError()) throw new IOException("the summary cannot be written to the output");
        if (!whole) output.err().println("libp2p: interrupted; what was measured until then is told");
        return whole ? 0 : 1;
    }

    private SimRun prepared(SimRun.Setting setting) {
        boolean draws = output.terminal();
        Bar bar = new Bar(output.err());
        return new SimRun(setting, (now, length) -> {
            if (draws && length > 0) {
                bar.draw(now, length, length / 1_000_000_000L + " virtual seconds");
                if (now >= length) bar.clear();
            }
            if (stopping) {
                bar.clear();
                throw new Stopped();
            }
        });
    }

    /** Runs it; false if it was interrupted. */
    private boolean finished(SimRun run) throws IOException {
        try {
            run.run();
            return true;
        } catch (Stopped e) {
            return false;
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage()); // parameters that do not go together
        } catch (RuntimeException e) {
            for (Throwable t = e; t != null; t = t.getCause()) if (t instanceof UncheckedIOException u) throw u.getCause();
            throw e;
        }
    }

    /** One run of a sweep, in this process; its summary. */
    Map<String, Object> runOne(SimRun.Setting setting) throws IOException {
        SimRun run = prepared(setting);
        finished(run);
        return run.summary();
    }

    boolean isStopping() {
        return stopping;
    }

    /** The arguments that run one setting in a process of its own. */
    List<String> arguments(SimRun.Setting s) {
        List<String> all = new ArrayList<>();
        if (given == null) all.addAll(List.of("sim", s.scenario().name()));
        all.addAll(List.of("--json", "--seed", "" + s.seed(), "--nodes", "" + s.nodes(), "--stack", s.stack().name()));
        new TreeMap<>(s.parameters()).forEach((parameter, value) -> all.addAll(List.of("--set", parameter + "=" + value)));
        return all;
    }

    /** How to start another process like this one, without the arguments of the command. */
    List<String> process() throws IOException {
        List<String> own = spec.root().commandLine().getParseResult().originalArgs();
        String started = System.getProperty("sun.java.command", "");
        String arguments = String.join(" ", own);
        if (!started.endsWith(arguments)) throw new IOException("this JVM does not tell how it was started: use --processes 1");
        List<String> all = new ArrayList<>();
        all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        all.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        all.add("-XX:MaxRAMPercentage=" + HEAP_PERCENT / processes); // they share the machine; of several the JVM takes the last
        all.add("-XX:InitialRAMPercentage=" + HEAP_PERCENT / 8 / processes);
        all.addAll(List.of("-cp", System.getProperty("java.class.path")));
        String main = started.substring(0, started.length() - arguments.length()).strip();
        // A scenario that runs from its source is named behind the class that compiles it.
        all.add(main.startsWith(SOURCE_LAUNCHER) ? main.substring(main.indexOf(' ') + 1) : main);
        return all;
    }

    /** A summary for people. */
    static String table(Map<String, Object> summary) {
        StringBuilder s = new StringBuilder();
        summary.forEach((name, value) -> {
            if (value instanceof Map<?, ?> inner) {
                if (name.equals("parameters")) s.append(String.format(Locale.ROOT, "%-20s %s%n", name, JsonWriter.string(value)));
                else inner.forEach((n, v) -> s.append(String.format(Locale.ROOT, "%-20s %s%n", n, v)));
            } else {
                s.append(String.format(Locale.ROOT, "%-20s %s%n", name, value == null ? "-" : value));
            }
        });
        return s.toString().stripTrailing();
    }
}
