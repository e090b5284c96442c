package libp2p.interop.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program behind interop/run. */
@Command(
        name = "interop/run",
        sortOptions = false,
        description = {
            "Puts our node and those of other implementations together, every combination in both directions, as processes on loopback.",
            "",
            "Writes interop/results.json (an array with one object for each row) and interop/cache/junit.xml; a run of the whole",
            "matrix also runs the raw drivers (interop/judge) and writes docs/compatibility.md. The peers' standard error is in",
            "interop/cache/logs.",
            "Status 0: no row or driver failed but rows in interop/known-errors.json. 1: some did. 2: it could not run.",
            ""
        })
public final class Lab implements Callable<Integer> {
    private static final String OURS = "java";

    @Spec
    private CommandSpec spec;

    @Option(names = "--root", required = true, hidden = true)
    private Path root;

    @Option(names = "--peers", split = ",", paramLabel = "NAME",
            description = "Against these only, such as go,js or go@0.46 for an older version; by default all newest in interop/peers.")
    private List<String> peers = List.of();

    @Option(names = "--features", split = ",", paramLabel = "NAME", description = "These features only.")
    private List<String> features = List.of();

    @Option(names = "--transports", split = ",", paramLabel = "NAME", description = "These transports only.")
    private List<String> transports = List.of();

    @Option(names = "--security", split = ",", paramLabel = "NAME",
            description = "These security protocols; by default noise and tls. plaintext must be named.")
    private List<String> security = List.of();

    @Option(names = "--muxers", split = ",", paramLabel = "NAME", description = "These muxers only.")
    private List<String> muxers = List.of();

    @Option(names = "--keys", split = ",", paramLabel = "NAME", description = "These key types only.")
    private List<String> keys = List.of();

    @Option(names = "--only", paramLabel = "PAIR",
            description = "This pair and combination only, such as \"go x java (tcp, noise, yamux)\", dialer x listener. May be repeated.")
    private List<String> only = List.of();

    @Option(names = "--quick", description = "Each transport, security protocol, muxer and key type once, rather than every combination.")
    private boolean quick;

    @Option(names = "--strict", description = "A skip is a failure.")
    private boolean strict;

    @Option(names = "--control", description = "Pairs without us too: they tell a peer's faults from ours.")
    private boolean control;

    @Option(names = "--limit", paramLabel = "SECONDS", defaultValue = "60", description = "For each row (default ${DEFAULT-VALUE}).")
    private long limitSeconds;

    @Option(names = "--jobs", paramLabel = "N", defaultValue = "2",
            description = "Pairs of processes at a time (default ${DEFAULT-VALUE}).")
    private int jobs;

    @Option(names = "--list", description = "Print the rows there would be, and end.")
    private boolean list;

    @Option(names = "--docs", description = "Run the raw drivers and write docs/compatibility.md though this is not the whole matrix.")
    private boolean docs;

    @Option(names = "--merge",
            description = "Keep the rows of interop/results.json that this run does not repeat: the whole matrix in pieces.")
    private boolean merge;

    @Option(names = "--bench", description = "Instead: measure what the same work costs each peer, and print the ratios to ours.")
    private boolean bench;

    @Option(names = "--write", paramLabel = "FILE", description = "With --bench: put the table between FILE's <!-- peers --> markers.")
    private Path write;

    @Option(names = "--sabotage", arity = "0..1", split = ",", fallbackValue = "", paramLabel = "NAME",
            description = "Instead: break our node on purpose, in the ways of sabotage.json or in these, and see what notices.")
    private List<String> sabotage;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this text.")
    private boolean help;

    private final PrintStream out = System.out;

    /** Runs and exits. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Lab()).setExecutionExceptionHandler((e, line, result) -> {
            if (!(e instanceof IOException)) throw e;
            System.err.println("interop/run: " + e.getMessage());
            return 2;
        }).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        KnownErrors known = KnownErrors.read(root.resolve("known-errors.json"));
        Features all = new Features();
        for (String f : features) {
            if (!all.names().contains(f)) throw new IOException("there is no feature " + f + ", but " + String.join(", ", all.names()));
        }
        Peer java = Peer.setUp(root, OURS);
        if (!java.there()) throw new IOException(java.missing());
        List<Peer> others = new ArrayList<>();
        for (String name : peers.isEmpty() ? found() : peers) {
            if (name.equals(OURS)) throw new IOException("java against java proves nothing and is no row");
            out.println("setting up " + name);
            Peer p = Peer.setUp(root, name);
            others.add(p);
            out.println(p.there() ? "  " + name + " is " + p.description().getString("version") : "  SKIP: " + p.missing());
        }

        if (bench) return versus(java, others);
        if (sabotage != null) {
            List<String> names = sabotage.stream().filter(n -> !n.isEmpty()).toList();
            Path page = root.resolveSibling("docs").resolve("sabotage.md");
            return new Sabotage(root, java, others.stream().filter(Peer::there).toList(), out).run(names, page) == 0 ? 0 : 1;
        }
        List<Plan.Pairing> pairings = plan(java, others, all);
        if (list) {
            for (Plan.Pairing p : pairings) {
                for (Plan.Test t : p.tests()) out.println(t.name(p.with()) + (t.skip().isEmpty() ? "" : "  SKIP: " + t.skip()));
            }
            return 0;
        }
        if (pairings.isEmpty()) throw new IOException("nothing to run: no combination is as was asked for");
        long began = System.nanoTime();
        Path results = root.resolve("results.json");
        List<Row> rows = run(pairings, all, known);
        if (merge && Files.exists(results)) {
            rows = Report.merged(results, rows);
            addMissing(others, rows);
        }
        List<Peer> everyone = new ArrayList<>(others);
        everyone.add(0, java);
        List<String> given = spec.commandLine().getParseResult().originalArgs();
        String command = String.join(" ", given.subList(2, given.size())); // the first two are --root
        long millis = (System.nanoTime() - began) / 1_000_000;
        boolean page = docs || isWhole();
        RawDrivers drivers = page ? RawDrivers.all(root) : RawDrivers.NONE;
        Report report = new Report(("interop/run " + command).strip(), rows, everyone, known, drivers, millis);
        report.writeJson(results);
        report.writeJunit(root.resolve("cache").resolve("junit.xml"));
        Path file = root.resolveSibling("docs").resolve("compatibility.md");
        if (page) Files.writeString(file, new CompatibilityPage(report).text());
        report.summary(out);
        return report.failed(strict) ? 1 : 0;
    }

    /** Peers that only rows of earlier runs know. */
    private void addMissing(List<Peer> others, List<Row> rows) throws IOException, InterruptedException {
        for (Row r : rows) {
            String name = r.dialer().equals(OURS) ? r.listener() : r.dialer();
            if (!name.equals(OURS) && others.stream().noneMatch(p -> p.name().equals(name))) others.add(Peer.setUp(root, name));
        }
        others.sort(Comparator.comparing(Peer::name));
    }

    /** The other end is go, where it is there: the most deployed one. */
    private int versus(Peer java, List<Peer> others) throws IOException, InterruptedException {
        List<Peer> able = new ArrayList<>(List.of(java));
        for (Peer p : others) {
            if (p.there() && p.plays("client", "bench") && p.plays("server", "bench")) able.add(p);
            else out.println("SKIP " + p.name() + ": " + (p.there() ? "it has no bench" : p.missing()));
        }
        Peer fixed = able.stream().filter(p -> p.name().equals("go")).findFirst().orElse(java);
        String table = new Versus(fixed, able, transports, Peer.logs(root), out).run();
        out.print(table);
        if (write != null) Versus.put(table, write);
        return 0;
    }

    private boolean isWhole() {
        Stream<List<String>> chosen = Stream.of(peers, features, transports, security, muxers, keys, only);
        return !quick && !control && chosen.allMatch(List::isEmpty);
    }

    private List<String> found() throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve("peers"))) {
            Stream<String> names = entries.filter(d -> Files.isExecutable(d.resolve("setup"))).map(d -> d.getFileName().toString());
            return names.filter(n -> !n.equals(OURS)).sorted().toList();
        }
    }

    private List<Plan.Pairing> plan(Peer java, List<Peer> others, Features all) {
        Plan plan = new Plan(new Plan.Wish(features, transports, security, muxers, keys, only, quick), all);
        List<Plan.Pairing> pairings = new ArrayList<>();
        for (int i = 0; i < others.size(); i++) {
            pairings.addAll(plan.pairings(java, others.get(i)));
            if (control) for (int j = i + 1; j < others.size(); j++) pairings.addAll(plan.pairings(others.get(i), others.get(j)));
        }
        return pairings;
    }

    private List<Row> run(List<Plan.Pairing> pairings, Features all, KnownErrors known) throws IOException, InterruptedException {
        Path logs = Peer.logs(root);
        ExecutorService workers = Executors.newFixedThreadPool(jobs);
        try {
            List<Future<List<Row>>> futures = new ArrayList<>();
            for (Plan.Pairing p : pairings) {
                futures.add(workers.submit(() -> {
                    List<Row> rows = new ArrayList<>();
                    try (Session session = new Session(p, all, limitSeconds, logs)) {
                        session.run(row -> {
                            Row judged = known.judge(row);
                            rows.add(judged);
                            say(judged);
                            return true;
                        });
                    }
                    return rows;
                }));
            }
            List<Row> rows = new ArrayList<>();
            for (Future<List<Row>> f : futures) rows.addAll(f.get());
            return rows;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    private synchronized void say(Row row) {
        String time = row.status() == Row.Status.SKIP ? "" : " (" + row.millis() + " ms)";
        out.println(row.status().text() + " " + row.name() + time + (row.reason().isEmpty() ? "" : ": " + row.reason()));
    }
}
