package libp2p.interop.gossip;

import com.grack.nanojson.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/** How messages spread in a network, as its nodes tell: fed by the readers of all of them, asked once they are done. */
final class Spread {
    private final int nodes;
    private final long firstMessage; // those before it warm up
    private final Map<Long, Long> published = new HashMap<>(); // microseconds
    private final Map<Long, Integer> publisher = new HashMap<>();
    private final Map<Long, Map<Integer, Long>> first = new TreeMap<>();
    private final Map<Integer, Integer> copies = new HashMap<>(); // of each node
    private final Set<Integer> begun = new HashSet<>();

    Spread(int nodes, long firstMessage) {
        this.nodes = nodes;
        this.firstMessage = firstMessage;
    }

    synchronized void take(JsonObject told) {
        int node = told.getInt("node_id");
        String what = told.getString("msg", "");
        if (what.equals("PeerID")) begun.add(node);
        if (!what.equals("Publishing") && !what.equals("Received Message")) return;
        long id = Long.parseUnsignedLong(told.getString("id"));
        if (id < firstMessage) return;
        Instant time = Instant.parse(told.getString("time"));
        long micros = time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
        if (what.equals("Publishing")) {
            published.put(id, micros);
            publisher.put(id, node);
            first.computeIfAbsent(id, i -> new HashMap<>()).put(node, micros);
        } else if (first.computeIfAbsent(id, i -> new HashMap<>()).putIfAbsent(node, micros) != null) {
            copies.merge(node, 1, Integer::sum);
        }
    }

    synchronized int begun() {
        return begun.size();
    }

    /** The part of messages times nodes that arrived. */
    synchronized double reach(int messages) {
        long sum = 0;
        for (Map<Integer, Long> of : first.values()) sum += of.size();
        return (double) sum / ((long) messages * nodes);
    }

    /** A line for each message that did not come everywhere: who published it, whom it did not reach. */
    synchronized List<String> missed(int messages, IntFunction<String> kind) {
        List<String> lines = new ArrayList<>();
        for (long id = firstMessage; id < firstMessage + messages; id++) {
            Map<Integer, Long> at = first.getOrDefault(id, Map.of());
            List<String> without = new ArrayList<>();
            for (int n = 0; n < nodes; n++) if (!at.containsKey(n)) without.add(kind.apply(n) + " " + n);
            if (without.isEmpty()) continue;
            Integer by = publisher.get(id);
            lines.add("message " + id + (by == null ? ", never published" : " of " + kind.apply(by) + " " + by) + ", did not reach "
                    + String.join(", ", without));
        }
        return lines;
    }

    /** Milliseconds from publishing to the delivery at a node, of all messages and nodes. */
    synchronized double millis(double quantile) {
        List<Long> all = new ArrayList<>();
        first.forEach((id, at) -> at.values().forEach(t -> {
            if (published.containsKey(id) && t > published.get(id)) all.add(t - published.get(id));
        }));
        if (all.isEmpty()) return Double.NaN;
        Collections.sort(all);
        return all.get((int) Math.min(all.size() - 1, quantile * all.size())) / 1000.0;
    }

    /** Copies of a message at a node, beyond the first, of the nodes that tell of them. */
    synchronized double duplicates(int messages, IntPredicate tells) {
        long sum = 0;
        int tellers = 0;
        for (int n = 0; n < nodes; n++) {
            if (!tells.test(n)) continue;
            tellers++;
            sum += copies.getOrDefault(n, 0);
        }
        return (double) sum / tellers / messages;
    }
}
