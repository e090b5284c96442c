package libp2p.gossipsub;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.identity.PeerId;
import libp2p.sim.SimHost;
import libp2p.sim.World;

/**
 * A network of many nodes with Ethereum's parameters and the latencies between regions: 64 topics, each node in two of them, messages for
 * 60
 * virtual seconds. Prints one JSON object: who was reached, in which time, with how many copies and bytes.
 *
 * <p>Arguments: nodes, seed, then any of {@code idontwant=off}, {@code choke=on}, {@code degree=40}, {@code seconds=60}, {@code
 * bytes=2048},
 * {@code rate=1} (messages each topic and minute... as {@code perSecond=}, in all).
 */
final class ScaleRun {
    private static final int TOPICS = 64;
    private static final int TOPICS_OF_EACH = 2;
    private static final long MILLI = World.MILLISECOND;
    private static final BouncyCastleCrypto CRYPTO = new BouncyCastleCrypto();

    /** One-way milliseconds between North America, Europe, Asia, South America and Oceania; about half of public ping statistics. */
    private static final int[][] REGIONS = {
        {20, 45, 90, 70, 80}, {45, 12, 85, 100, 130}, {90, 85, 30, 150, 60}, {70, 100, 150, 20, 160}, {80, 130, 60, 160, 15},
    };

    final int nodes;
    final long seed;
    private final Map<String, String> options = new HashMap<>();
    private final World world;
    private final List<SimHost> hosts = new ArrayList<>();
    private final List<List<Integer>> members = new ArrayList<>();
    private final long[] publishedAt;
    private final int[] topicOf;
    private final int[] heardBy;
    private final long[] lateness; // of each delivery
    private int deliveries;
    private long copies;
    private long bytes;

    ScaleRun(int nodes, long seed, String... more) {
        this.nodes = nodes;
        this.seed = seed;
        for (String o : more) options.put(o.substring(0, o.indexOf('=')), o.substring(o.indexOf('=') + 1));
        int messages = number("seconds", 60) * number("perSecond", 2);
        publishedAt = new long[messages];
        topicOf = new int[messages];
        heardBy = new int[messages];
        lateness = new long[Math.multiplyExact(messages, nodes * TOPICS_OF_EACH / TOPICS + nodes / 100 + 64)];
        world = World.seed(seed).introduces(true).links((from, to, traffic, size, now) -> {
            long base = REGIONS[from.index() % 5][to.index() % 5] * MILLI;
            return now + base + size * 160L; // 50 Mbit/s
        });
    }

    private int number(String name, int otherwise) {
        return Integer.parseInt(options.getOrDefault(name, "" + otherwise));
    }

    /** Counts copies and bytes, and nothing else. */
    private final class Counting implements GossipListener {
        @Override
        public void duplicate(Message m, PeerId from) {
            copies++;
            bytes += m.dataSize();
        }

        @Override
        public void delivered(Message m) {
            bytes += m.dataSize();
        }
    }

    ScaleRun build() {
        GossipConfig config = GossipConfig.builder()
                .overlay(Overlay.ETHEREUM).timing(Timing.ETHEREUM).floodPublish(true, 16 * 1024)
                .idontwant("off".equals(options.get("idontwant")) ? Integer.MAX_VALUE : 1024)
                .choke("on".equals(options.get("choke")))
                .listener(new Counting())
                .build();
        for (int i = 0; i < nodes; i++) hosts.add(world.host(new Gossip(config)));
        for (int t = 0; t < TOPICS; t++) members.add(new ArrayList<>());
        long judging = number("validateMillis", 20) * MILLI;
        TopicConfig plain = TopicConfig.unsigned(MessageIds.sha256(CRYPTO)).validator((node, m, done) ->
                node.loop().schedule(judging, () -> done.done(Verdict.ACCEPT, null)));
        for (int i = 0; i < nodes; i++) {
            int node = i;
            int first = world.random().nextInt(TOPICS);
            int second = (first + 1 + world.random().nextInt(TOPICS - 1)) % TOPICS;
            for (int t : new int[] {first, second}) {
                members.get(t).add(i);
                hosts.get(i).protocol(Gossip.class).topic("subnet_" + t, plain).subscribe(m -> heard(node, m));
            }
        }
        for (List<Integer> of : members) connect(of, number("degree", 40) / TOPICS_OF_EACH);
        world.run(15 * World.SECOND);
        return this;
    }

    /** So many neighbours of each within a topic, as discovery by subnets gives them: random cycles through its members. */
    private void connect(List<Integer> of, int degree) {
        for (int cycle = 0; cycle < degree / 2; cycle++) {
            List<Integer> order = Mesh.shuffled(of, world.random());
            for (int i = 0; i < order.size(); i++) {
                SimHost from = hosts.get(order.get(i));
                SimHost to = hosts.get(order.get((i + 1) % order.size()));
                long at = world.random().nextInt(10_000) * MILLI;
                if (from != to) world.at(at, () -> dial(from, to));
            }
        }
    }

    private void dial(SimHost from, SimHost to) {
        if (from.swarm().connections(to.id()).isEmpty()) world.connect(from, to);
    }

    private void heard(int node, Message m) {
        int number = m.dataView().i32();
        heardBy[number]++;
        if (deliveries < lateness.length) lateness[deliveries++] = world.now() - publishedAt[number];
    }

    ScaleRun run() {
        Rng random = Rng.seeded(seed + 1);
        copies = 0;
        bytes = 0;
        for (int m = 0; m < publishedAt.length; m++) {
            int t = random.nextInt(TOPICS);
            List<Integer> who = members.get(t);
            byte[] data = Arrays.copyOf(new Buf(4).putI32(m).array, number("bytes", 2048));
            topicOf[m] = t;
            publishedAt[m] = world.now();
            SimHost from = hosts.get(who.get(random.nextInt(who.size())));
            new Topic(from.protocol(Gossip.class), "subnet_" + t).publish(data, (r, f) -> {
                if (f != null) throw new IllegalStateException(f.toString());
            });
            world.run(World.SECOND / number("perSecond", 2));
        }
        world.run(5 * World.SECOND);
        return this;
    }

    double delivery() {
        long due = 0;
        long heard = 0;
        for (int m = 0; m < publishedAt.length; m++) {
            due += members.get(topicOf[m]).size() - 1;
            heard += heardBy[m];
        }
        return (double) heard / due;
    }

    double copiesPerDelivery() {
        return (double) copies / deliveries;
    }

    long millis(double quantile) {
        long[] sorted = Arrays.copyOf(lateness, deliveries);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(deliveries - 1, quantile * deliveries)] / MILLI;
    }

    String json(double cpuSeconds, double wallSeconds, long heap) {
        return String.format(Locale.ROOT,
                "{\"scenario\":\"gossip-scale\",\"seed\":%d,\"nodes\":%d,\"degree\":%d,\"topics\":%d,\"options\":\"%s\",\"messages\":%d,"
                        + "\"messageBytes\":%d,\"delivery\":%.6f,\"p50Millis\":%d,\"p99Millis\":%d,\"maxMillis\":%d,"
                        + "\"copiesPerDelivery\":%.3f,\"payloadBytesPerDelivery\":%.0f,\"virtualSeconds\":%.1f,\"events\":%d,"
                        + "\"cpuSeconds\":%.1f,\"wallSeconds\":%.1f,\"heapBytesPerNode\":%d,\"traceHash\":\"%016x\"}",
                seed, nodes, number("degree", 40), TOPICS, options, publishedAt.length, number("bytes", 2048), delivery(), millis(0.5),
                millis(0.99), millis(1), copiesPerDelivery(), (double) bytes / deliveries, world.now() / 1e9, world.events(), cpuSeconds,
                wallSeconds, heap / nodes, world.hash());
    }

    public static void main(String[] args) {
        com.sun.management.OperatingSystemMXBean os =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long began = System.nanoTime();
        ScaleRun run = new ScaleRun(Integer.parseInt(args[0]), Long.parseLong(args[1]), Arrays.copyOfRange(args, 2, args.length)).build();
        System.err.println("built: " + os.getProcessCpuTime() / 1_000_000 + " ms CPU");
        run.run();
        double cpu = os.getProcessCpuTime() / 1e9;
        double wall = (System.nanoTime() - began) / 1e9;
        System.gc();
        long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        System.out.println(run.json(cpu, wall, heap));
        if (run.hosts.isEmpty()) throw new AssertionError();
    }
}
