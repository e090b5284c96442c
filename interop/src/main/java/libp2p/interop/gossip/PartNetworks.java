package libp2p.interop.gossip;

import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Parts of messages (gossipsub 1.3) in networks of one implementation and of several: each node has some parts of a message, and all must
 * come to have all; then a node that is not in the topic gives a message to those who are.
 */
@Command(
        name = "interop/gossip partial",
        description = "Runs networks of nodes that exchange parts of messages, pure and mixed.",
        sortOptions = false)
public final class PartNetworks implements Callable<Integer> {
    private static final String TOPIC = "parts";
    private static final String OUTSIDE = "parts of one outside"; // node 0 is not in it
    private static final double SUBSCRIBE_AT = 5;
    private static final double PUBLISH_AT = 9;
    private static final double GAP = 0.5;
    private static final double AFTER = 10;

    @Mixin
    private NetworkOptions options = new NetworkOptions();

    @Option(names = "--messages", paramLabel = "N", defaultValue = "16", description = "All have parts of (default ${DEFAULT-VALUE}).")
    private int messages;

    /** Runs, prints the table; status 1 if parts are missing somewhere. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new PartNetworks()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        MarkedTable table = new MarkedTable("partial", "| nodes | network | had all parts in the end | p50 | p99 |");
        boolean whole = true;
        for (NetworkOptions.Network network : options.networks()) {
            Spread spread = new Spread(network.nodes(), 0, messages + 1, Spread.Of.PARTS);
            options.run(network, script(network.nodes()), spread);
            whole &= spread.reach() == 1;
            table.add(List.of("" + network.nodes(), network.title(),
                    String.format(Locale.ROOT, "%.2f %%", 100 * spread.reach()),
                    String.format(Locale.ROOT, "%.1f ms", spread.millis(0.5)), String.format(Locale.ROOT, "%.1f ms", spread.millis(0.99))));
        }
        options.print(table);
        return whole ? 0 : 1;
    }

    private Script script(int nodes) {
        Random random = new Random(options.seed);
        Script script = new Script().connected(nodes, options.dials, random).until(SUBSCRIBE_AT)
                .all(Script.of("subscribeToTopic", "topicID", TOPIC, "partial", true));
        for (int n = 1; n < nodes; n++) script.only(n, Script.of("subscribeToTopic", "topicID", OUTSIDE, "partial", true));
        double at = PUBLISH_AT;
        for (int m = 0; m < messages; m++) {
            script.until(at);
            int[] parts = dealt(nodes, random);
            for (int n = 0; n < nodes; n++) {
                script.only(n, Script.of("addPartialMessage", "topicID", TOPIC, "groupID", m, "parts", parts[n]));
            }
            script.all(Script.of("publishPartial", "topicID", TOPIC, "groupID", m));
            at += GAP;
        }
        return script.until(at)
                .only(0, Script.of("addPartialMessage", "topicID", OUTSIDE, "groupID", messages, "parts", ScriptParts.ALL))
                .only(0, Script.of("publishPartial", "topicID", OUTSIDE, "groupID", messages))
                .until(at + AFTER);
    }

    /** Who has which of the eight parts at first: some at random, but each of them someone. */
    private static int[] dealt(int nodes, Random random) {
        int[] parts = new int[nodes];
        for (int n = 0; n < nodes; n++) {
            int some = random.nextInt(ScriptParts.ALL);
            parts[n] = some & random.nextInt(ScriptParts.ALL);
        }
        for (int i = 0; i < ScriptParts.PARTS; i++) parts[random.nextInt(nodes)] |= 1 << i;
        return parts;
    }
}
