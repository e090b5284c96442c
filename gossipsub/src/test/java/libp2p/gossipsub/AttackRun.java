package libp2p.gossipsub;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import libp2p.core.Buf;
import libp2p.core.identity.PeerId;
import libp2p.sim.Graph;
import libp2p.sim.Links;
import libp2p.sim.SimHost;
import libp2p.sim.World;

/**
 * Sybils against a network of honest nodes, in a simulated world: how many messages reach the honest, and what becomes of the sybils.
 *
 * <p>Arguments: the attack, honest nodes, sybils for each honest node, seed, and if others are wanted, an honest node's honest
 * neighbours, seconds of warming up and of measuring, honest nodes that a sybil connects to. Prints one JSON object. The shapes are those
 * of the published evaluation of GossipSub 1.1 (Vyzovitis et al., arXiv:2007.02754): each honest node has 20 honest neighbours, each
 * sybil connects to 20 of the honest, unless said otherwise; a packet takes 50 ms, as it does where round trips take 100.
 */
final class AttackRun {
    /** What sybils do. */
    enum Attack {
        /** They are there before the honest, and pass nothing on. */
        COLD_BOOT,
        /** They behave, all together stop to pass anything on after half of the time. */
        COVERT_FLASH,
        /** All connect to one honest node too, and pass nothing on. */
        ECLIPSE,
        /** They pass on all but what one honest node publishes. */
        CENSORSHIP,
        IHAVE,
        IWANT,
        IDONTWANT,
        GRAFT,
        EXCHANGE
    }

    private static final String T = "attacked";

    private final Attack attack;
    private final int honest;
    private final int sybils;
    private final int neighbours;
    private final int sybilDegree;
    private final int warmSeconds;
    private final int seconds;
    private final World world;
    private final List<SimHost> hosts = new ArrayList<>();
    private final List<SimHost> bad = new ArrayList<>();
    private final List<PeerId> badIds = new ArrayList<>();
    private final Set<PeerId> badSet = new LinkedHashSet<>();
    private final int[] heard; // of each message, honest listeners
    private final int[] publisher;
    private final long[] published; // of each message, when
    private final List<Long> latencies = new ArrayList<>();
    private int heardByVictim;
    private boolean attacking;
    private long attackedAt = -1;
    private double halfGraylisted = -1; // seconds after the attack began
    private double halfPunished = -1;
    private double meshShareMost;

    AttackRun(Attack attack, int honest, int ratio, long seed, int neighbours, int warmSeconds, int seconds) {
        this(attack, honest, ratio, seed, neighbours, warmSeconds, seconds, neighbours);
    }

    AttackRun(Attack attack, int honest, int ratio, long seed, int neighbours, int warmSeconds, int seconds, int sybilDegree) {
        this.attack = attack;
        this.honest = honest;
        this.sybils = honest * ratio;
        this.neighbours = neighbours;
        this.sybilDegree = sybilDegree;
        this.warmSeconds = warmSeconds;
        this.seconds = seconds;
        heard = new int[seconds];
        publisher = new int[seconds];
        published = new long[seconds];
        world = World.seed(seed).introduces(true).links(Links.constant(50 * World.MILLISECOND));
    }

    /** A message a second: whoever is in a mesh must bring some of them; who does not is out after a while. */
    static GossipConfig config() {
        return GossipConfig.builder().scores(ScoreParams.DEFAULT
                .thresholds(new Thresholds(-20, -50, -100, 5, 2))
                .behaviour(-10, 2, 0.98)).build();
    }

    static TopicConfig topic() {
        return Net.PLAIN.score(TopicScoreParams.NONE
                .timeInMesh(0.01, World.SECOND, 100)
                .firstDeliveries(2, 0.95, 50)
                .meshDeliveries(-2, 0.93, 20, 4, 400 * World.MILLISECOND, 10 * World.SECOND)
                .meshFailures(-1, 0.98)
                .invalid(-50, 0.99));
    }

    AttackRun run() {
        for (int i = 0; i < honest; i++) hosts.add(world.host(new Gossip(config())));
        for (int i = 0; i < sybils; i++) bad.add(sybil());
        for (SimHost b : bad) badIds.add(b.id());
        badSet.addAll(badIds);
        boolean first = attack == Attack.COLD_BOOT;
        if (first) connectSybils();
        Graph g = Graph.regular(honest, neighbours, world.random());
        for (int e = 0; e < g.edges(); e++) {
            SimHost from = hosts.get(g.from(e));
            SimHost to = hosts.get(g.to(e));
            world.at((first ? 3 : 0) * World.SECOND + world.random().nextInt(1000) * World.MILLISECOND, () -> world.connect(from, to));
        }
        for (int i = 0; i < honest; i++) {
            int node = i;
            hosts.get(i).protocol(Gossip.class).topic(T, topic()).subscribe(m -> hear(node, m));
        }
        if (first) attack();
        world.run(5 * World.SECOND);
        if (!first) connectSybils();
        boolean late = attack == Attack.COVERT_FLASH;
        if (!late) attack();
        warm();
        attack();
        for (int s = 0; s < seconds; s++) publish(s);
        world.run(6 * World.SECOND);
        return this;
    }

    /** Messages that are not counted: scores need some time to tell who is who, and the covert to earn theirs. */
    private void warm() {
        for (int i = 0; i < warmSeconds; i++) {
            send(world.random().nextInt(honest), -1 - i);
            second();
        }
    }

    private void attack() {
        if (attacking) return;
        attacking = true;
        attackedAt = world.now();
    }

    private void second() {
        world.run(World.SECOND);
        if (!attacking) return;
        double since = (world.now() - attackedAt) / 1e9;
        meshShareMost = Math.max(meshShareMost, meshShare());
        if (halfGraylisted < 0 && graylisted() > 0.5) halfGraylisted = since;
        if (halfPunished < 0 && punished() > 0.5) halfPunished = since;
    }

    private SimHost sybil() {
        switch (attack) {
            case IHAVE, IWANT, IDONTWANT, GRAFT, EXCHANGE -> {
                return world.host(new Liar(Liar.Kind.valueOf(attack.name()), T, badIds));
            }
            default -> {
                Gossip g = new Gossip(config());
                SimHost h = world.host(g);
                g.topic(T, topic().validator((node, m, done) -> done.done(passes(m) ? Verdict.ACCEPT : Verdict.IGNORE, null))).relay();
                return h;
            }
        }
    }

    private boolean passes(Message m) {
        if (!attacking) return true;
        return attack == Attack.CENSORSHIP && m.dataSize() > 4 && m.dataView().peek(4) != 1;
    }

    private void connectSybils() {
        for (int i = 0; i < sybils; i++) {
            SimHost b = bad.get(i);
            Set<Integer> to = new LinkedHashSet<>();
            if (attack == Attack.ECLIPSE) to.add(0);
            while (to.size() < sybilDegree) to.add(world.random().nextInt(honest));
            for (int t : to) {
                SimHost target = hosts.get(t);
                world.at(world.now() + world.random().nextInt(1000) * World.MILLISECOND, () -> world.connect(b, target));
            }
        }
    }

    /** Of the censored, every second message. */
    private void publish(int number) {
        int from = attack == Attack.CENSORSHIP || attack == Attack.ECLIPSE && number % 2 == 0 ? 0 : world.random().nextInt(honest);
        publisher[number] = from;
        published[number] = world.now();
        send(from, number);
        second();
    }

    private void send(int from, int number) {
        byte[] data = new Buf(200).putI32(number).putU8(from == 0 ? 1 : 0).array;
        new Topic(hosts.get(from).protocol(Gossip.class), T).publish(data, (r, f) -> {
            if (f != null) throw new IllegalStateException(f.toString());
        });
    }

    private void hear(int node, Message m) {
        int number = m.dataView().i32();
        if (number < 0) return;
        heard[number]++;
        latencies.add(world.now() - published[number]);
        if (node == 0) heardByVictim++;
    }

    // ---- what came of it

    /** The part of messages times honest listeners that arrived. */
    double delivery() {
        long sum = 0;
        for (int h : heard) sum += h;
        return sum / ((double) seconds * (honest - 1));
    }

    double deliveryToVictim() {
        int due = 0;
        for (int p : publisher) if (p != 0) due++;
        return due == 0 ? 1 : (double) heardByVictim / due;
    }

    /** Milliseconds from publishing to arrival, of those that arrived. */
    private double millis(double quantile) {
        if (latencies.isEmpty()) return 0;
        Collections.sort(latencies);
        return latencies.get((int) Math.min(latencies.size() - 1, quantile * latencies.size())) / 1e6;
    }

    /** The part of honest nodes' mesh places that sybils hold. */
    double meshShare() {
        int places = 0;
        int taken = 0;
        for (SimHost h : hosts) {
            TopicState t = h.protocol(Gossip.class).router().state.topics.get(T);
            for (Peer p : t.mesh) {
                places++;
                if (badSet.contains(p.id)) taken++;
            }
        }
        return places == 0 ? 0 : (double) taken / places;
    }

    /** The part of sybils, as seen from their honest neighbours, whose score is below 0, or below the graylist's threshold. */
    private double below(double score) {
        int all = 0;
        int below = 0;
        for (SimHost h : hosts) {
            State s = h.protocol(Gossip.class).router().state;
            for (Peer p : s.peers.values()) {
                if (!badSet.contains(p.id)) continue;
                all++;
                if (s.score(p) < score) below++;
            }
        }
        return all == 0 ? 0 : (double) below / all;
    }

    double graylisted() {
        return below(-100);
    }

    double punished() {
        return below(0);
    }

    /** The most that one honest node remembers of what peers said. */
    int tables() {
        int most = 0;
        for (SimHost h : hosts) {
            State s = h.protocol(Gossip.class).router().state;
            int n = s.promises.size() + s.backoffs.size() + s.deliveries.size();
            for (Peer p : s.peers.values()) n += p.unwanted.size();
            most = Math.max(most, n);
        }
        return most;
    }

    String json(double cpuSeconds, long heap) {
        return String.format(Locale.ROOT,
                "{\"scenario\":\"gossip-attack\",\"attack\":\"%s\",\"honest\":%d,\"sybils\":%d,\"sybilDegree\":%d,"
                        + "\"delivery\":%.5f,\"deliveryToVictim\":%.5f,"
                        + "\"p50Millis\":%.0f,\"p99Millis\":%.0f,\"lastMillis\":%.0f,\"sybilsInMeshesMost\":%.3f,"
                        + "\"sybilsInMeshes\":%.3f,\"sybilsBelowZero\":%.3f,\"sybilsGraylisted\":%.3f,\"halfBelowZeroAfterSeconds\":%.0f,"
                        + "\"halfGraylistedAfterSeconds\":%.0f,"
                        + "\"entriesMax\":%d,\"heapBytesPerNode\":%d,\"virtualSeconds\":%.0f,\"cpuSeconds\":%.1f,\"traceHash\":\"%016x\"}",
                attack, honest, sybils, sybilDegree, delivery(), deliveryToVictim(), millis(0.5), millis(0.99), millis(1),
                meshShareMost, meshShare(), punished(), graylisted(), halfPunished,
                halfGraylisted, tables(), heap / (honest + sybils), world.now() / 1e9, cpuSeconds, world.hash());
    }

    public static void main(String[] args) {
        com.sun.management.OperatingSystemMXBean os =
                (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        for (String name : args[0].equals("all") ? names() : List.of(args[0])) {
            for (String ratio : args[2].split(",")) {
                long cpu = os.getProcessCpuTime();
                AttackRun r = new AttackRun(Attack.valueOf(name.toUpperCase(Locale.ROOT)), Integer.parseInt(args[1]),
                        Integer.parseInt(ratio),
                        Long.parseLong(args[3]), number(args, 4, 20), number(args, 5, 40), number(args, 6, 60),
                        number(args, 7, number(args, 4, 20))).run();
                System.gc();
                long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
                System.out.println(r.json((os.getProcessCpuTime() - cpu) / 1e9, heap));
            }
        }
    }

    private static int number(String[] args, int at, int otherwise) {
        return at < args.length ? Integer.parseInt(args[at]) : otherwise;
    }

    private static List<String> names() {
        List<String> all = new ArrayList<>();
        for (Attack a : Attack.values()) all.add(a.name());
        return all;
    }
}
