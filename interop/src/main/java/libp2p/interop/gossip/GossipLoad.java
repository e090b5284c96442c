package libp2p.interop.gossip;

import com.grack.nanojson.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import libp2p.core.identity.PeerId;
import libp2p.identify.Identify;
import libp2p.jvm.Host;
import libp2p.jvm.JvmCrypto;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Messages through one node whose 80 peers are all in its mesh, over TCP, Noise and Yamux on loopback: one peer sends, the others must all
 * get each message. The processor time is that of the node's process alone; the peers are the same for all implementations.
 */
@Command(name = "interop/gossip load", sortOptions = false,
        description = "Measures what messages through one node with many mesh peers cost it, ours and go's in turns.")
public final class GossipLoad implements Callable<Integer> {
    private static final String TOPIC = "load";
    private static final int LATENCY_MESSAGES = 100;
    private static final long LATENCY_GAP_MILLIS = 20;
    private static final int SLOTS = 1 << 16;
    private static final long PATIENCE_SECONDS = 120;

    @Option(names = "--runner", hidden = true, required = true)
    private List<String> runners = List.of();

    @Option(names = "--peers", paramLabel = "N", defaultValue = "80", description = "Of the node (default ${DEFAULT-VALUE}).")
    private int peers;

    @Option(names = "--bytes", split = ",", paramLabel = "N", defaultValue = "1024,102400", description = "Default ${DEFAULT-VALUE}.")
    private List<Integer> sizes = List.of();

    @Option(names = "--mebibytes", paramLabel = "N", defaultValue = "300",
            description = "About what a turn sends to all peers together (default ${DEFAULT-VALUE}), but no fewer than 20 messages.")
    private int mebibytes;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "After one that warms up (default ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--window", paramLabel = "N", defaultValue = "8", description = "Messages under way (default ${DEFAULT-VALUE}).")
    private int window;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "22000", description = "The first of the nodes' ports.")
    private int port;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this text.")
    private boolean help;

    private final List<Host> hosts = new ArrayList<>();
    private final List<LoadPeer> loads = new ArrayList<>();
    private final Semaphore free = new Semaphore(0);
    private final AtomicIntegerArray missing = new AtomicIntegerArray(SLOTS);
    private final long[] sentAt = new long[SLOTS]; // written before the message leaves
    private final AtomicLong number = new AtomicLong();
    private volatile long[] latencies; // null while they are not wanted
    private final AtomicLong arrivals = new AtomicLong();

    /** Runs and prints one JSON object a size and implementation. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new GossipLoad()).execute(arguments));
    }

    /** The node that is measured. */
    private record Subject(String name, Runner.Running process, PeerId id) {}

    @Override
    public Integer call() throws Exception {
        JvmCrypto crypto = JvmCrypto.create();
        for (int i = 0; i < peers; i++) {
            LoadPeer load = new LoadPeer(this::arrived);
            loads.add(load);
            hosts.add(Host.builder().crypto(crypto).protocol(new Identify(), load).start());
        }
        List<Subject> subjects = new ArrayList<>();
        try {
            for (String r : runners) subjects.add(subject(Runner.of(r), subjects.size()));
            for (int size : sizes) measure(subjects, size);
        } finally {
            for (Subject s : subjects) s.process.close();
        }
        return 0;
    }

    private Subject subject(Runner runner, int node) throws IOException, InterruptedException {
        Path script = Files.createTempFile("load", ".json");
        Files.writeString(script, JsonWriter.string(Map.of("script", List.of(
                Map.of("type", "initGossipSub", "gossipSubParams", Map.of("D", peers, "Dlo", peers, "Dhi", 2 * peers)),
                Map.of("type", "subscribeToTopic", "topicID", TOPIC),
                Map.of("type", "waitUntil", "elapsedSeconds", 3600)))));
        Map<String, String> id = new ConcurrentHashMap<>();
        Semaphore begun = new Semaphore(0);
        Runner.Running p = runner.start(script, List.of(node), port, System.currentTimeMillis(), true, told -> {
            if (!told.getString("msg", "").equals("PeerID")) return;
            id.put("id", told.getString("id"));
            begun.release();
        });
        if (!begun.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) throw new IOException(runner.name() + " did not begin");
        PeerId peer = PeerId.of(id.get("id"));
        for (int i = 0; i < peers; i++) {
            hosts.get(i).connect("/ip4/127.0.0.1/tcp/" + (port + node) + "/p2p/" + peer);
            loads.get(i).join(peer, TOPIC);
        }
        Files.delete(script);
        Subject s = new Subject(runner.name(), p, peer);
        awaitMesh(s);
        return s;
    }

    /** All are in the mesh once a message reaches all; until then some are lost. */
    private void awaitMesh(Subject s) throws IOException, InterruptedException {
        for (int attempt = 0; attempt < PATIENCE_SECONDS; attempt++) {
            free.drainPermits();
            send(s, 64);
            if (free.tryAcquire(1, TimeUnit.SECONDS)) return;
        }
        throw new IOException("not all peers are in the mesh of " + s.name);
    }

    private void arrived(long message) {
        int slot = (int) (message & SLOTS - 1);
        long[] wanted = latencies;
        if (wanted != null) {
            int at = (int) arrivals.getAndIncrement();
            if (at < wanted.length) wanted[at] = System.nanoTime() - sentAt[slot];
        }
        if (missing.decrementAndGet(slot) == 0) free.release();
    }

    private void send(Subject s, int size) {
        long n = number.getAndIncrement();
        int slot = (int) (n & SLOTS - 1);
        missing.set(slot, peers - 1);
        byte[] frame = LoadPeer.message(TOPIC, n, size);
        sentAt[slot] = System.nanoTime();
        loads.get(0).send(s.id, frame);
    }

    private void measure(List<Subject> subjects, int size) throws IOException, InterruptedException {
        int messages = (int) Math.max(20, ((long) mebibytes << 20) / size / peers);
        Map<Subject, double[]> perCpuSecond = new LinkedHashMap<>();
        Map<Subject, double[][]> late = new LinkedHashMap<>();
        for (Subject s : subjects) {
            perCpuSecond.put(s, new double[rounds]);
            late.put(s, new double[2][rounds]);
        }
        for (int round = -1; round < rounds; round++) {
            for (Subject s : subjects) {
                double before = s.process.cpuSeconds();
                flood(s, size, messages);
                double spent = s.process.cpuSeconds() - before;
                double[] ms = latency(s, size);
                if (round < 0) continue;
                perCpuSecond.get(s)[round] = messages / spent;
                for (int q = 0; q < 2; q++) late.get(s)[q][round] = ms[q];
            }
        }
        double ours = 0;
        for (Subject s : subjects) {
            double median = median(perCpuSecond.get(s));
            if (s.name.equals("java")) ours = median;
            System.out.printf(Locale.ROOT, "{\"scenario\":\"gossip-load\",\"node\":\"%s\",\"peers\":%d,\"messageBytes\":%d,\"messages\":%d,"
                    + "\"rounds\":%d,\"messagesPerCpuSecond\":%.0f,\"all\":%s,\"javaToThis\":%.2f,\"p50Millis\":%.2f,\"p99Millis\":%.2f}%n",
                    s.name, peers, size, messages, rounds, median, JsonWriter.string(Arrays.stream(perCpuSecond.get(s)).mapToObj(d ->
                            Math.round(d)).toList()), ours / median, median(late.get(s)[0]), median(late.get(s)[1]));
        }
    }

    private static double median(double[] values) {
        double[] sorted = Arrays.copyOf(values, values.length);
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** As fast as they go with so many under way; all must arrive everywhere. */
    private void flood(Subject s, int size, int messages) throws InterruptedException, IOException {
        free.drainPermits();
        free.release(window);
        for (int i = 0; i < messages; i++) {
            acquire(s);
            send(s, size);
        }
        for (int i = 0; i < window; i++) acquire(s);
    }

    private void acquire(Subject s) throws InterruptedException, IOException {
        if (!free.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) throw new IOException(s.name + " lost a message");
    }

    /** One message at a time: milliseconds from sending to each arrival, p50 and p99. */
    private double[] latency(Subject s, int size) throws InterruptedException, IOException {
        free.drainPermits();
        arrivals.set(0);
        latencies = new long[LATENCY_MESSAGES * (peers - 1)];
        for (int i = 0; i < LATENCY_MESSAGES; i++) {
            send(s, size);
            acquire(s);
            Thread.sleep(LATENCY_GAP_MILLIS);
        }
        long[] sorted = latencies;
        latencies = null;
        Arrays.sort(sorted);
        return new double[] {sorted[sorted.length / 2] / 1e6, sorted[sorted.length * 99 / 100] / 1e6};
    }
}
