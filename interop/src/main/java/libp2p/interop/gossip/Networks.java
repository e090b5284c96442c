package libp2p.interop.gossip;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import libp2p.multiformats.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Networks of one implementation and of several: whether all messages reach all, when, and with how many copies. */
@Command(
        name = "interop/gossip networks",
        description = "Runs networks of nodes that gossip, pure and mixed, and holds them against the one of go alone.",
        sortOptions = false)
public final class Networks implements Callable<Integer> {
    private static final String TOPIC = "interop";
    private static final double SUBSCRIBE_AT = 5;
    private static final double PUBLISH_AT = 9;
    private static final double AFTER = 3;

    @Mixin
    private NetworkOptions options = new NetworkOptions();

    @Option(names = "--messages", paramLabel = "N", defaultValue = "60", description = "That count (default ${DEFAULT-VALUE}).")
    private int messages;

    @Option(names = "--warm", paramLabel = "N", defaultValue = "600", description = "That come before (default ${DEFAULT-VALUE}).")
    private int warm;

    @Option(names = "--bytes", paramLabel = "N", defaultValue = "16384", description = "Of a message (default ${DEFAULT-VALUE}).")
    private int bytes;

    @Option(names = "--gap", paramLabel = "SECONDS", defaultValue = "0.1", description = "Between messages (default ${DEFAULT-VALUE}).")
    private double gap;

    @Option(names = "--warm-gap", paramLabel = "SECONDS", defaultValue = "0.04",
            description = "Between those that come before (default ${DEFAULT-VALUE}).")
    private double warmGap;

    private record Result(NetworkOptions.Network network, double reach, double p50, double p99, double duplicates) {}

    /** Runs, prints the table; status 1 if a network did not reach everyone. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Networks()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        List<Result> results = new ArrayList<>();
        boolean whole = true;
        for (NetworkOptions.Network network : options.networks()) {
            Spread spread = new Spread(network.nodes(), warm, messages, Spread.Of.MESSAGES);
            options.run(network, script(network.nodes()), spread);
            Result r = new Result(network, spread.reach(), spread.millis(0.5), spread.millis(0.99), spread.duplicates());
            System.out.printf(Locale.ROOT, "%d %s: reach %.4f, p50 %.1f ms, p99 %.1f ms, %.2f copies%s%n", network.nodes(), network.name(),
                    r.reach, r.p50, r.p99, r.duplicates, byKind(network, spread));
            results.add(r);
            whole &= r.reach == 1;
        }
        options.print(table(results));
        return whole ? 0 : 1;
    }

    /** Where the copies came to, in a network of several implementations. */
    private static String byKind(NetworkOptions.Network network, Spread spread) {
        if (network.of().size() == 1) return "";
        List<String> parts = new ArrayList<>();
        for (Runner r : network.of()) {
            double at = spread.duplicates(n -> network.kind(n).equals(r.name()));
            parts.add(String.format(Locale.ROOT, "%.2f at %s", at, r.name()));
        }
        return ", of these " + String.join(", ", parts);
    }

    private Script script(int nodes) {
        Random random = new Random(options.seed);
        Script script = new Script()
                .all(Script.of("setTopicValidationDelay", "topicID", TOPIC, "delaySeconds", 0.005))
                .connected(nodes, options.dials, random)
                .until(SUBSCRIBE_AT)
                .all(Script.of("subscribeToTopic", "topicID", TOPIC, "partial", false));
        double at = PUBLISH_AT;
        for (int m = 0; m < warm + messages; m++) {
            script.until(at).only(random.nextInt(nodes),
                    Script.of("publish", "messageID", m, "messageSizeBytes", bytes, "topicID", TOPIC));
            at += m < warm ? warmGap : gap;
        }
        return script.until(at + AFTER);
    }

    private static MarkedTable table(List<Result> results) {
        MarkedTable table =
                new MarkedTable("networks", "| nodes | network | reach | p50 | p99 | duplicates | p50 : go | duplicates : go |");
        for (Result r : results) {
            Result go = go(results, r.network.nodes());
            table.add(List.of("" + r.network.nodes(), r.network.title(),
                    String.format(Locale.ROOT, "%.2f %%", 100 * r.reach), String.format(Locale.ROOT, "%.1f ms", r.p50),
                    String.format(Locale.ROOT, "%.1f ms", r.p99), figure(r.duplicates),
                    figure(go == null ? Double.NaN : r.p50 / go.p50), figure(go == null ? Double.NaN : r.duplicates / go.duplicates)));
        }
        return table;
    }

    /** The network of go alone, as large. */
    private static @Nullable Result go(List<Result> results, int nodes) {
        for (Result r : results) if (r.network.nodes() == nodes && r.network.name().equals("go")) return r;
        return null;
    }

    private static String figure(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
    }
}
