package libp2p.interop.gossip;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Networks of one implementation and of several: whether all messages reach all, when, and with how many copies. */
@Command(
        name = "interop/gossip networks",
        description = "Runs networks of nodes that gossip, pure and mixed, and holds them against the one of go alone.",
        sortOptions = false)
public final class Networks implements Callable<Integer> {
    private static final String TOPIC = "interop";
    private static final String BEGIN = "<!-- networks -->";
    private static final String END = "<!-- /networks -->";
    private static final double CONNECT_AT = 2;
    private static final double SUBSCRIBE_AT = 6;
    private static final double PUBLISH_AT = 12;
    private static final double AFTER = 4;
    private static final long LEAD_MILLIS = 5000; // for processes to start

    @Option(names = "--runner", hidden = true, required = true)
    private List<String> runners = List.of();

    @Option(names = "--networks", split = ",", paramLabel = "A+B", description = "By default ${DEFAULT-VALUE}, of what is there.",
            defaultValue = "go,java,go+java,js,js+java,go+java+js")
    private List<String> networks = List.of();

    @Option(names = "--nodes", paramLabel = "N", defaultValue = "16", description = "Of each network (default ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(names = "--dials", paramLabel = "N", defaultValue = "5", description = "Of each node (default ${DEFAULT-VALUE}).")
    private int dials;

    @Option(names = "--messages", paramLabel = "N", defaultValue = "60", description = "That count (default ${DEFAULT-VALUE}).")
    private int messages;

    @Option(names = "--warm", paramLabel = "N", defaultValue = "60", description = "That come before (default ${DEFAULT-VALUE}).")
    private int warm;

    @Option(names = "--bytes", paramLabel = "N", defaultValue = "16384", description = "Of a message (default ${DEFAULT-VALUE}).")
    private int bytes;

    @Option(names = "--gap", paramLabel = "SECONDS", defaultValue = "0.1", description = "Between messages (default ${DEFAULT-VALUE}).")
    private double gap;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of who dials whom and who publishes.")
    private long seed;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "21000", description = "The first of as many as there are nodes.")
    private int port;

    @Option(names = "--write", paramLabel = "FILE", description = "Put the table between FILE's <!-- networks --> markers.")
    private Path write;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this text.")
    private boolean help;

    private record Result(String network, double reach, double p50, double p99, double duplicates) {}

    /** Runs, prints the table; status 1 if a network did not reach everyone. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Networks()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Runner> there = new LinkedHashMap<>();
        for (String r : runners) there.put(Runner.of(r).name(), Runner.of(r));
        Path script = Files.createTempFile("gossip", ".json");
        Files.writeString(script, JsonWriter.string(script()));
        List<Result> results = new ArrayList<>();
        boolean whole = true;
        for (String network : networks) {
            List<String> of = List.of(network.split("\\+"));
            if (!there.keySet().containsAll(of)) {
                System.out.println("SKIP " + network + ": not all of these are there");
                continue;
            }
            Result r = run(network, of.stream().map(there::get).toList(), script);
            System.out.printf(Locale.ROOT, "%s: reach %.4f, p50 %.1f ms, p99 %.1f ms, %.2f duplicates%n", network, r.reach, r.p50, r.p99,
                    r.duplicates);
            results.add(r);
            whole &= r.reach == 1;
        }
        Files.delete(script);
        String table = table(results);
        System.out.print(table);
        if (write != null) put(table, write);
        return whole ? 0 : 1;
    }

    private Result run(String network, List<Runner> of, Path script) throws IOException, InterruptedException {
        Spread spread = new Spread(nodes, warm);
        long start = System.currentTimeMillis() + LEAD_MILLIS;
        List<Runner.Running> running = new ArrayList<>();
        try {
            for (int i = 0; i < of.size(); i++) {
                List<Integer> who = new ArrayList<>();
                for (int n = i; n < nodes; n += of.size()) who.add(n);
                running.add(of.get(i).start(script, who, port, start, false, spread::take));
            }
            for (Runner.Running r : running) {
                int status = r.await((long) (PUBLISH_AT + (warm + messages) * gap + AFTER) + 120);
                if (status != 0) System.out.println(network + ": a process ended with status " + status);
            }
        } finally {
            running.forEach(Runner.Running::close);
        }
        spread.missed(messages, n -> of.get(n % of.size()).name()).forEach(line -> System.out.println(network + ": " + line));
        return new Result(network, spread.reach(messages), spread.millis(0.5), spread.millis(0.99),
                spread.duplicates(messages, n -> !of.get(n % of.size()).name().equals("js")));
    }

    // ---- the script: all nodes have the same

    private JsonObject script() {
        Random random = new Random(seed);
        JsonArray all = new JsonArray();
        all.add(of("initGossipSub", "gossipSubParams", new JsonObject()));
        all.add(of("setTopicValidationDelay", "topicID", TOPIC, "delaySeconds", 0.005));
        all.add(of("waitUntil", "elapsedSeconds", CONNECT_AT));
        for (int n = 0; n < nodes; n++) {
            Set<Integer> to = new LinkedHashSet<>(List.of((n + 1) % nodes)); // a ring, so that it is one network
            while (to.size() < Math.min(dials, nodes - 1)) {
                int other = random.nextInt(nodes);
                if (other != n) to.add(other);
            }
            all.add(only(n, of("connect", "connectTo", new JsonArray(to))));
        }
        all.add(of("waitUntil", "elapsedSeconds", SUBSCRIBE_AT));
        all.add(of("subscribeToTopic", "topicID", TOPIC, "partial", false));
        for (int m = 0; m < warm + messages; m++) {
            all.add(of("waitUntil", "elapsedSeconds", PUBLISH_AT + m * gap));
            all.add(only(random.nextInt(nodes), of("publish", "messageID", m, "messageSizeBytes", bytes, "topicID", TOPIC)));
        }
        all.add(of("waitUntil", "elapsedSeconds", PUBLISH_AT + (warm + messages) * gap + AFTER));
        JsonObject file = new JsonObject();
        file.put("script", all);
        return file;
    }

    private static JsonObject of(String type, Object... namesAndValues) {
        JsonObject o = new JsonObject();
        o.put("type", type);
        for (int i = 0; i < namesAndValues.length; i += 2) o.put((String) namesAndValues[i], namesAndValues[i + 1]);
        return o;
    }

    private static JsonObject only(int node, JsonObject instruction) {
        return of("ifNodeIDEquals", "nodeID", node, "instruction", instruction);
    }

    // ---- the table

    private static String table(List<Result> results) {
        Result go = results.stream().filter(r -> r.network.equals("go")).findFirst().orElse(null);
        StringBuilder t = new StringBuilder("\n| network | reach | p50 | p99 | duplicates | p50 : go | duplicates : go |\n"
                + "|---|---|---|---|---|---|---|\n");
        for (Result r : results) {
            t.append(String.format(Locale.ROOT, "| %s | %.2f %% | %.1f ms | %.1f ms | %s | %s | %s |%n", r.network.replace("+", " + "),
                    100 * r.reach, r.p50, r.p99, figure(r.duplicates), figure(go == null ? Double.NaN : r.p50 / go.p50),
                    figure(go == null ? Double.NaN : r.duplicates / go.duplicates)));
        }
        return t.append('\n').toString();
    }

    private static String figure(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static void put(String table, Path file) throws IOException {
        String text = Files.readString(file);
        int from = text.indexOf(BEGIN);
        int to = text.indexOf(END);
        if (from < 0 || to < from) throw new IOException(file + " has no " + BEGIN + " and " + END);
        Files.writeString(file, text.substring(0, from + BEGIN.length()) + "\n" + table + text.substring(to));
    }
}
