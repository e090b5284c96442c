package libp2p.gossipsub;

import com.sun.management.OperatingSystemMXBean;
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
import libp2p.sim.Bandwidth;
import libp2p.sim.Links;
import libp2p.sim.Regions;
import libp2p.sim.SimHost;
import libp2p.sim.Traffic;
import libp2p.sim.World;

/**
 * A network of many nodes with Ethereum's parameters, in its regions: 64 topics, each node in two of them, messages for 60 virtual seconds.
 * Prints one JSON object a run: who was reached, in which time, with how many copies and bytes.
 *
 * <p>Arguments: nodes, seed, then any of {@code degree=40} (about as many connections has each node), {@code seconds=60}, {@code
 * perSecond=2} (messages, in all), {@code bytes=2048}, {@code validateMillis=20}, {@code idontwant=off}, {@code choke=on}; or {@code
 * variants=all}: with IDONTWANT and choke on and off, all four.
 */
final class ScaleRun {
    private static final int TOPICS = 64;
    private static final int TOPICS_OF_EACH = 2;
    private static final int JOINING_STEPS = 100;
    private static final long MILLI = World.MILLISECOND;
    private static final BouncyCastleCrypto CRYPTO = new BouncyCastleCrypto();
    /** One node in five at 1 Gbit/s, the others at 50 Mbit/s, as libp2p/test-plans has it for Ethereum. */
    private static final Bandwidth LINES = new Bandwidth(ScaleRun::bits, ScaleRun::bits, Bandwidth.QUEUE_NANOS);

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
    private long payload;
    private final long[] wire = {0}; // bytes on all connections
    private long connections;
    private long measuredNanos;

    ScaleRun(int nodes, long seed, String... more) {
        this.nodes = nodes;
        this.seed = seed;
        for (String o : more) options.put(o.substring(0, o.indexOf('=')), o.substring(o.indexOf('=') + 1));
        int messages = number("seconds", 60) * number("perSecond", 2);
        publishedAt = new long[messages];
        topicOf = new int[messages];
        heardBy = new int[messages];
        lateness = new long[Math.multiplyExact(messages, nodes * TOPICS_OF_EACH / TOPICS + nodes / 100 + 64)];
        world = World.seed(seed).introduces(true).links(new Counted(Links.regions(Regions.ETHEREUM).bandwidth(LINES), wire));
    }

    private static long bits(SimHost host) {
        return (host.index() % 5 == 0 ? 1000 : 50) * Bandwidth.MBIT;
    }

    private int number(String name, int otherwise) {
        return Integer.parseInt(options.getOrDefault(name, "" + otherwise));
    }

    private boolean is(String name, String value) {
        return value.equals(options.get(name));
    }

    /** Links that count what is sent on them. */
    private record Counted(Links inner, long[] bytes) implements Links {
        @Override
        public Links in(World world) {
            return new Counted(inner.in(world), bytes);
        }

        @Override
        public long arrival(SimHost from, SimHost to, Traffic traffic, int size, long now) {
            bytes[0] += size;
            return inner.arrival(from, to, traffic, size, now);
        }
    }

    /** Counts copies and bytes, and nothing else. */
    private final class Counting implements GossipListener {
        @Override
        public void duplicate(Message m, PeerId from) {
            copies++;
            payload += m.dataSize();
        }

        @Override
        public void delivered(Message m) {
            payload += m.dataSize();
        }
    }

    private GossipConfig config() {
        return GossipConfig.builder()
                .overlay(Overlay.ETHEREUM).timing(Timing.ETHEREUM).floodPublish(true, 16 * 1024)
                .scores(ScoreParams.DEFAULT.thresholds(Thresholds.ETHEREUM).decay(12 * World.SECOND, 0.01, 3600 * World.SECOND))
                .idontwant(is("idontwant", "off") ? Integer.MAX_VALUE : 1024)
                .choke(is("choke", "on"))
                .listener(new Counting())
                .build();
    }

    /** A subnet: time in the mesh and first deliveries count, as Ethereum's clients have it, P3 does not. */
    private TopicConfig topic() {
        long judging = number("validateMillis", 20) * MILLI;
        return TopicConfig.unsigned(MessageIds.sha256(CRYPTO))
                .validator((node, m, done) -> node.loop().schedule(judging, () -> done.done(Verdict.ACCEPT, null)))
                .score(TopicScoreParams.NONE.weight(1.0 / TOPICS).timeInMesh(0.0333, 12 * World.SECOND, 300)
                        .firstDeliveries(0.95, 0.86, 24).invalid(-4544, 0.997));
    }

    ScaleRun build() {
        GossipConfig config = config();
        TopicConfig topic = topic();
        List<String> names = new ArrayList<>();
        for (int t = 0; t < TOPICS; t++) {
            members.add(new ArrayList<>());
            names.add("subnet_" + t);
        }
        for (int i = 0; i < nodes; i++) {
            int node = i;
            Gossip gossip = new Gossip(config);
            hosts.add(world.host(gossip));
            int first = world.random().nextInt(TOPICS);
            int second = (first + 1 + world.random().nextInt(TOPICS - 1)) % TOPICS;
            for (int t : new int[] {first, second}) {
                members.get(t).add(i);
                gossip.topic(names.get(t), topic).subscribe(m -> heard(node, m));
            }
        }
        List<int[]> dials = new ArrayList<>();
        for (List<Integer> of : members) dials(of, number("degree", 40) / TOPICS_OF_EACH, dials);
        List<int[]> order = Mesh.shuffled(dials, world.random());
        for (int step = 0; step < JOINING_STEPS; step++) {
            int until = (int) ((long) order.size() * (step + 1) / JOINING_STEPS);
            for (int d = (int) ((long) order.size() * step / JOINING_STEPS); d < until; d++) {
                SimHost from = hosts.get(order.get(d)[0]);
                SimHost to = hosts.get(order.get(d)[1]);
                if (from != to && from.swarm().connections(to.id()).isEmpty()) world.connect(from, to);
            }
            world.run(10 * World.SECOND / JOINING_STEPS);
        }
        world.run(5 * World.SECOND);
        for (SimHost h : hosts) connections += h.swarm().connections().size();
        return this;
    }

    /** So many neighbours of each within a topic, as discovery by subnets gives them: random cycles through its members. */
    private void dials(List<Integer> of, int degree, List<int[]> all) {
        for (int cycle = 0; cycle < degree / 2; cycle++) {
            List<Integer> order = Mesh.shuffled(of, world.random());
            for (int i = 0; i < order.size(); i++) all.add(new int[] {order.get(i), order.get((i + 1) % order.size())});
        }
    }

    private void heard(int node, Message m) {
        int number = m.dataView().i32();
        heardBy[number]++;
        if (deliveries < lateness.length) lateness[deliveries++] = world.now() - publishedAt[number];
    }

    ScaleRun run() {
        Rng random = Rng.seeded(seed + 1);
        copies = 0;
        payload = 0;
        wire[0] = 0;
        long began = world.now();
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
        measuredNanos = world.now() - began;
        long bytes = wire[0];
        world.run(5 * World.SECOND); // the last may take their time; quiet seconds are no part of the bandwidth
        wire[0] = bytes;
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

    private long millis(long[] sorted, double quantile) {
        return sorted[(int) Math.min(deliveries - 1, quantile * deliveries)] / MILLI;
    }

    String json(double cpuSeconds, double wallSeconds, long heap) {
        long[] sorted = Arrays.copyOf(lateness, deliveries);
        Arrays.sort(sorted);
        double nodeSeconds = nodes * (measuredNanos / 1e9);
        return String.format(Locale.ROOT,
                "{\"scenario\":\"gossip-scale\",\"nodes\":%d,\"seed\":%d,\"connectionsPerNode\":%.1f,\"topics\":%d,\"seconds\":%d,"
                        + "\"perSecond\":%d,\"messageBytes\":%d,\"validateMillis\":%d,\"idontwant\":\"%s\",\"choke\":\"%s\","
                        + "\"delivery\":%.6f,\"p50Millis\":%d,\"p99Millis\":%d,\"maxMillis\":%d,\"copiesPerDelivery\":%.3f,"
                        + "\"payloadBytesPerDelivery\":%.0f,\"bytesPerSecondOfNode\":%.0f,\"virtualSeconds\":%.1f,\"events\":%d,"
                        + "\"cpuSeconds\":%.1f,\"wallSeconds\":%.1f,\"heapBytesPerNode\":%d,\"traceHash\":\"%016x\"}",
                nodes, seed, (double) connections / nodes, TOPICS, number("seconds", 60), number("perSecond", 2), number("bytes", 2048),
                number("validateMillis", 20), is("idontwant", "off") ? "off" : "on", is("choke", "on") ? "on" : "off", delivery(),
                millis(sorted, 0.5), millis(sorted, 0.99), millis(sorted, 1), copiesPerDelivery(), (double) payload / deliveries,
                wire[0] / nodeSeconds, world.now() / 1e9, world.events(), cpuSeconds, wallSeconds, heap / nodes, world.hash());
    }

    public static void main(String[] args) {
        List<String> options = new ArrayList<>(Arrays.asList(args).subList(2, args.length));
        boolean all = options.remove("variants=all");
        for (String idontwant : all ? List.of("on", "off") : List.of("")) {
            for (String choke : all ? List.of("off", "on") : List.of("")) {
                List<String> with = new ArrayList<>(options);
                if (all) with.addAll(List.of("idontwant=" + idontwant, "choke=" + choke));
                one(Integer.parseInt(args[0]), Long.parseLong(args[1]), with.toArray(new String[0]));
            }
        }
    }

    private static void one(int nodes, long seed, String... options) {
        OperatingSystemMXBean os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long began = System.nanoTime();
        long before = os.getProcessCpuTime();
        ScaleRun run = new ScaleRun(nodes, seed, options).build();
        System.err.printf("connected after %.0f s of CPU%n", (os.getProcessCpuTime() - before) / 1e9);
        run.run();
        double cpu = (os.getProcessCpuTime() - before) / 1e9;
        double wall = (System.nanoTime() - began) / 1e9;
        System.gc();
        long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        System.out.println(run.json(cpu, wall, heap));
        if (run.hosts.isEmpty()) throw new AssertionError(); // the world is measured, so it is still there
    }
}
