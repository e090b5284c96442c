package libp2p.interop.gossip;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What is common to the commands that run networks: of whom, how large, and where the table goes. */
final class NetworkOptions {
    private static final long LEAD_MILLIS = 5000; // for processes to start

    @Option(names = "--runner", hidden = true, required = true)
    private List<String> runners = List.of();

    @Option(names = "--networks", split = ",", paramLabel = "A+B", description = "By default ${DEFAULT-VALUE}, of what is there.",
            defaultValue = "go,java,rust,js,go+java,rust+java,js+java,go+java+rust+js")
    private List<String> networks = List.of();

    @Option(names = "--nodes", split = ",", paramLabel = "N", defaultValue = "16",
            description = "Of each network (default ${DEFAULT-VALUE}); of several numbers, networks of each.")
    List<Integer> nodes = List.of();

    @Option(names = "--dials", paramLabel = "N", defaultValue = "5", description = "Of each node (default ${DEFAULT-VALUE}).")
    int dials;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of who dials whom and who begins.")
    long seed;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "21000", description = "The first of as many as there are nodes.")
    private int port;

    @Option(names = "--write", paramLabel = "FILE",
            description = "Put the rows into the table between FILE's markers; rows of other networks stay.")
    private Path write;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this text.")
    private boolean help;

    /** A network to run. */
    record Network(int nodes, String name, List<Runner> of) {
        /** As tables name it. */
        String title() {
            return name.replace("+", " + ");
        }

        /** Who the node is a process of. */
        String kind(int node) {
            return of.get(node % of.size()).name();
        }
    }

    /** The networks that can be run with what there is; the others are named on standard output. */
    List<Network> networks() {
        Map<String, Runner> there = new LinkedHashMap<>();
        for (String r : runners) there.put(Runner.of(r).name(), Runner.of(r));
        List<Network> all = new ArrayList<>();
        for (int n : nodes) {
            for (String name : networks) {
                List<String> kinds = List.of(name.split("\\+"));
                if (there.keySet().containsAll(kinds)) all.add(new Network(n, name, kinds.stream().map(there::get).toList()));
                else System.out.println("SKIP " + name + ": not all of these are there");
            }
        }
        return all;
    }

    /** Prints a table, and puts it into the page if one is to be written. */
    void print(MarkedTable table) throws IOException {
        System.out.print(table.text());
        if (write != null) table.put(write);
    }

    /** Runs a script in a network, a process an implementation, nodes dealt out in turns; the spread is fed. */
    void run(Network network, Script script, Spread spread) throws IOException, InterruptedException {
        Path file = Files.createTempFile("gossip", ".json");
        Files.writeString(file, script.text());
        long start = System.currentTimeMillis() + LEAD_MILLIS;
        List<Runner.Running> running = new ArrayList<>();
        try {
            for (int i = 0; i < network.of.size(); i++) {
                List<Integer> who = new ArrayList<>();
                for (int n = i; n < network.nodes; n += network.of.size()) who.add(n);
                running.add(network.of.get(i).start(file, who, port, start, false, spread::take));
            }
            for (Runner.Running r : running) {
                int status = r.await((long) script.seconds() + 120);
                if (status != 0) System.out.println(network.name + ": a process ended with status " + status);
            }
        } finally {
            running.forEach(Runner.Running::close);
            Files.delete(file);
        }
        spread.missed(network::kind).forEach(line -> System.out.println(network.name + ": " + line));
    }
}
