package libp2p.interop.gossip;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a script of libp2p/test-plans' gossipsub-interop, as one node of it or as several. */
@Command(
        name = "gossip-script",
        description = {"Does what a script of libp2p/test-plans' gossipsub-interop says, as the node that the host's name (node<N>) says, "
                + "on port 9000, or as several nodes of this machine. Messages that come are told of on standard output."},
        sortOptions = false)
public final class GossipScript implements Callable<Integer> {
    @Option(names = "--params", paramLabel = "FILE", required = true, description = "The script: a JSON object with a list \"script\".")
    private Path params;

    @Option(names = "--nodes", paramLabel = "N", split = ",", description = "The nodes to be, instead of the one of the host's name.")
    private List<Integer> nodes = List.of();

    @Option(names = "--port", paramLabel = "PORT", description = "All nodes are on 127.0.0.1, node N listens on PORT + N.")
    private Integer port;

    @Option(names = "--start", paramLabel = "MILLIS", description = "When the script begins, since 1970; by default now.")
    private Long start;

    @Option(names = "--quiet", description = "Say nothing of messages.")
    private boolean quiet;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this text.")
    private boolean help;

    /** Runs until the script is done; status 1 if a node failed. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new GossipScript()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        JsonObject file = JsonParser.object().from(Files.readString(params));
        JsonArray script = file.getArray("script");
        if (script == null) throw new IllegalArgumentException(params + " has no \"script\"");
        List<Integer> who = nodes.isEmpty() ? List.of(named()) : nodes;
        ScriptNode.Places places = port == null ? ScriptNode.Places.BY_NAME : new ScriptNode.Places(port, true);
        long begin = start == null ? System.currentTimeMillis() : start;
        Receipts receipts = new Receipts(System.out, quiet);
        List<ScriptNode> all = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(who.size());
        AtomicInteger status = new AtomicInteger();
        for (int n : who) {
            ScriptNode node = new ScriptNode(n, places, begin, receipts);
            all.add(node);
            new Thread(() -> {
                try {
                    node.run(script);
                } catch (Exception e) {
                    System.err.println("node " + n + ": " + e);
                    status.set(1);
                }
                done.countDown();
            }, "node " + n).start();
        }
        done.await();
        for (ScriptNode node : all) node.close();
        return status.get();
    }

    private static int named() throws Exception {
        String name = InetAddress.getLocalHost().getHostName();
        if (!name.matches("node\\d+")) throw new IllegalArgumentException("the host is called " + name + ", not node<N>: see --nodes");
        return Integer.parseInt(name.substring(4));
    }
}
