package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import libp2p.core.identity.PeerId;

/**
 * Counts what happens, under the names that implementations agreed on (specs pull request 695, metrics/README.md).
 *
 * <p>{@link #text} gives it all in Prometheus' text format; on the node's loop, as all of this ({@link Gossip#run} gets there).
 * Topics that we have not joined share one label, so that strangers cannot make more of them.
 */
public final class GossipMetrics implements GossipListener {
    private static final double[] SCORES = {-100, -10, -1, 0, 1, 10, 100};
    private static final double[] LATENCIES = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0};
    private static final double[] DURATIONS = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0};
    private static final String OTHER = "other";

    private static final class Histogram {
        private final double[] bounds;
        private final long[] counts;
        private double sum;

        Histogram(double[] bounds) {
            this.bounds = bounds;
            counts = new long[bounds.length + 1];
        }

        void add(double v) {
            int i = 0;
            while (i < bounds.length && v > bounds[i]) i++;
            counts[i]++;
            sum += v;
        }

        void clear() {
            Arrays.fill(counts, 0);
            sum = 0;
        }
    }

    private final LongSupplier nanoTime;
    private final Map<String, Map<String, Long>> counters = new TreeMap<>(); // by name, then by labels
    private final Map<String, Map<String, Long>> gauges = new TreeMap<>();
    private final Histogram scores = new Histogram(SCORES);
    private final Histogram scoresNow = new Histogram(SCORES);
    private final Histogram latencies = new Histogram(LATENCIES);
    private final Histogram heartbeats = new Histogram(DURATIONS);
    private final Set<String> joined = new LinkedHashSet<>();

    /** {@code nanoTime} is the clock of the loops, such as {@code System::nanoTime} on the JVM. */
    public GossipMetrics(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    // ---- reading

    /** The value of a counter or gauge, over all labels that contain this one (such as {@code topic="x"}; empty for all). */
    public long value(String name, String label) {
        long sum = 0;
        for (Map<String, Map<String, Long>> all : List.of(counters, gauges)) {
            Map<String, Long> of = all.get(name);
            if (of == null) continue;
            for (Map.Entry<String, Long> e : of.entrySet()) if (e.getKey().contains(label)) sum += e.getValue();
        }
        return sum;
    }

    /** All of it in Prometheus' text format. */
    public String text() {
        StringBuilder s = new StringBuilder();
        plain(s, counters, "counter");
        plain(s, gauges, "gauge");
        histogram(s, "gossipsub_peer_score", scores);
        histogram(s, "gossipsub_message_latency_seconds", latencies);
        histogram(s, "gossipsub_heartbeat_duration_seconds", heartbeats);
        return s.toString();
    }

    private static void plain(StringBuilder s, Map<String, Map<String, Long>> all, String type) {
        for (Map.Entry<String, Map<String, Long>> e : all.entrySet()) {
            s.append("# TYPE ").append(e.getKey()).append(' ').append(type).append('\n');
            for (Map.Entry<String, Long> v : e.getValue().entrySet()) {
                s.append(e.getKey());
                if (!v.getKey().isEmpty()) s.append('{').append(v.getKey()).append('}');
                s.append(' ').append(v.getValue()).append('\n');
            }
        }
    }

    private static void histogram(StringBuilder s, String name, Histogram h) {
        s.append("# TYPE ").append(name).append(" histogram\n");
        long count = 0;
        for (int i = 0; i <= h.bounds.length; i++) {
            count += h.counts[i];
            s.append(name).append("_bucket{le=\"").append(i == h.bounds.length ? "+Inf" : h.bounds[i]).append("\"} ").append(count)
                    .append('\n');
        }
        s.append(name).append("_sum ").append(h.sum).append('\n').append(name).append("_count ").append(count).append('\n');
    }

    // ---- counting

    private void count(String name, String labels, long n) {
        counters.computeIfAbsent(name, k -> new TreeMap<>()).merge(labels, n, Long::sum);
    }

    private void gauge(String name, String labels, long change) {
        gauges.computeIfAbsent(name, k -> new TreeMap<>()).merge(labels, change, Long::sum);
    }

    private String topic(String topic) {
        return label("topic", joined.contains(topic) ? topic : OTHER);
    }

    private static String label(String name, String value) {
        StringBuilder s = new StringBuilder(name).append("=\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' || c == '"') s.append('\\').append(c);
            else if (c == '\n') s.append("\\n");
            else s.append(c);
        }
        return s.append('"').toString();
    }

    @Override
    public void joined(String topic) {
        joined.add(topic);
        gauge("gossipsub_mesh_peers_total", topic(topic), 0);
    }

    @Override
    public void peerReady(PeerId peer, String protocol) {
        gauge("gossipsub_peers_total", "", 1);
    }

    @Override
    public void peerGone(PeerId peer) {
        gauge("gossipsub_peers_total", "", -1);
    }

    @Override
    public void grafted(PeerId peer, String topic) {
        gauge("gossipsub_mesh_peers_total", topic(topic), 1);
    }

    @Override
    public void pruned(PeerId peer, String topic, PruneReason why) {
        gauge("gossipsub_mesh_peers_total", topic(topic), -1);
        if (why == PruneReason.PEER || why == PruneReason.UNSUBSCRIBED || why == PruneReason.GONE) return; // no PRUNE was sent
        count("gossipsub_peer_prune_total", topic(topic) + "," + label("reason", lower(why)), 1);
    }

    private static String lower(Enum<?> value) {
        StringBuilder s = new StringBuilder();
        for (char c : value.name().toCharArray()) s.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        return s.toString();
    }

    @Override
    public void published(Message m) {
        count("gossipsub_message_published_total", topic(m.topic()), 1);
    }

    @Override
    public void delivered(Message m) {
        count("gossipsub_message_received_total", topic(m.topic()) + "," + label("validation_result", "accept"), 1);
        count("gossipsub_message_delivered_total", topic(m.topic()), 1);
        latencies.add((nanoTime.getAsLong() - m.arrivedNanos()) / 1e9);
    }

    @Override
    public void rejected(Message m, Rejection why) {
        String result = why.penalised() ? "reject" : "ignore";
        count("gossipsub_message_received_total", topic(m.topic()) + "," + label("validation_result", result), 1);
        count("gossipsub_message_rejected_total", topic(m.topic()) + "," + label("reason", why.label()), 1);
    }

    @Override
    public void duplicate(Message m, PeerId from) {
        count("gossipsub_message_duplicate_total", topic(m.topic()), 1);
    }

    @Override
    public boolean rpcs() {
        return true;
    }

    @Override
    public void received(PeerId from, RpcFacts rpc) {
        rpc("gossipsub_rpc_received_total", rpc);
    }

    @Override
    public void sent(PeerId to, RpcFacts rpc) {
        rpc("gossipsub_rpc_sent_total", rpc);
        for (RpcFacts.Ids h : rpc.ihave()) count("gossipsub_ihave_sent_total", topic(h.topic()), 1);
        if (!rpc.iwant().isEmpty()) count("gossipsub_iwant_sent_total", label("topic", OTHER), 1); // it does not say of which
        if (!rpc.idontwant().isEmpty()) count("gossipsub_idontwant_sent_total", label("topic", OTHER), 1);
        for (String t : rpc.graft()) count("gossipsub_peer_graft_total", topic(t), 1);
    }

    private void rpc(String name, RpcFacts rpc) {
        type(name, "publish", rpc.messages().size());
        int subscribe = 0;
        for (RpcFacts.Subscription s : rpc.subscriptions()) if (s.subscribe()) subscribe++;
        type(name, "subscribe", subscribe);
        type(name, "unsubscribe", rpc.subscriptions().size() - subscribe);
        type(name, "graft", rpc.graft().size());
        type(name, "prune", rpc.prune().size());
        type(name, "ihave", rpc.ihave().size());
        type(name, "iwant", rpc.iwant().isEmpty() ? 0 : 1);
        type(name, "idontwant", rpc.idontwant().isEmpty() ? 0 : 1);
    }

    private void type(String name, String type, int n) {
        if (n > 0) count(name, label("message_type", type), n);
    }

    @Override
    public void penalised(PeerId peer, Penalty why, double amount) {
        if (why == Penalty.BACKOFF) count("gossipsub_backoff_violations_total", "", 1);
        count("gossipsub_score_penalty_total", label("penalty_type", lower(why)), 1);
    }

    @Override
    public void throttled(PeerId peer, String why) {
        count("gossipsub_peer_throttled_total", label("reason", why), 1);
    }

    @Override
    public void heartbeat(long nanos) {
        heartbeats.add(nanos / 1e9);
        System.arraycopy(scoresNow.counts, 0, scores.counts, 0, scores.counts.length); // how they are, not how they ever were
        scores.sum = scoresNow.sum;
        scoresNow.clear();
    }

    @Override
    public boolean scores() {
        return true;
    }

    @Override
    public void scored(PeerId peer, double score) {
        scoresNow.add(score);
    }

    /** Names of all that is counted so far. */
    public List<String> names() {
        Map<String, Boolean> all = new LinkedHashMap<>();
        for (String n : counters.keySet()) all.put(n, true);
        for (String n : gauges.keySet()) all.put(n, true);
        return new ArrayList<>(all.keySet());
    }
}
