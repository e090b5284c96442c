package libp2p.interop.gossip;

import com.grack.nanojson.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/** How messages spread in a network, as its nodes tell: fed by the readers of all of them, asked once they are done. */
final class Spread {
    /** What spreads, by the words with which it begins and arrives. */
    enum Of {
        /** Messages: who publishes one has it, and tells of no arrival. */
        MESSAGES(Receipts.PUBLISHING, Receipts.RECEIVED, true),
        /** All parts of a message: who publishes some may lack others. */
        PARTS(Receipts.PUBLISHING_PARTS, Receipts.ALL_PARTS, false);

        private final String begins;
        private final String arrives;
        private final boolean publisherHas;

        Of(String begins, String arrives, boolean publisherHas) {
            this.begins = begins;
            this.arrives = arrives;
            this.publisherHas = publisherHas;
        }
    }

    private final int nodes;
    private final long from;
    private final int messages;
    private final Of of;
    private final Map<Long, Long> published = new HashMap<>(); // microseconds
    private final Map<Long, Integer> publisher = new HashMap<>();
    private final Map<Long, Map<Integer, Long>> first = new TreeMap<>();
    private final Map<Integer, Long> copies = new HashMap<>(); // by node

    /** Of the messages {@code from} and the following. */
    Spread(int nodes, long from, int messages, Of of) {
        this.nodes = nodes;
        this.from = from;
        this.messages = messages;
        this.of = of;
    }

    synchronized void take(JsonObject told) {
        String what = told.getString("msg", "");
        if (!what.equals(of.begins) && !what.equals(of.arrives)) return;
        long id = Long.parseUnsignedLong(told.getString("id"));
        if (id < from || id >= from + messages) return;
        int node = told.getInt("node_id");
        Instant time = Instant.parse(told.getString("time"));
        long micros = time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
        Map<Integer, Long> at = first.computeIfAbsent(id, i -> new HashMap<>());
        if (what.equals(of.arrives)) {
            if (at.putIfAbsent(node, micros) != null) copies.merge(node, 1L, Long::sum);
        } else if (published.merge(id, micros, Math::min) == micros) {
            publisher.put(id, node);
        }
    }

    /** The part of messages times nodes that they came to. */
    synchronized double reach() {
        long sum = 0;
        for (long id : first.keySet()) for (int n = 0; n < nodes; n++) if (has(id, n)) sum++;
        return (double) sum / ((long) messages * nodes);
    }

    private boolean has(long id, int node) {
        Integer by = publisher.get(id);
        return first.getOrDefault(id, Map.of()).containsKey(node) || of.publisherHas && by != null && by == node;
    }

    /** A line for each message that did not come everywhere: who published it, whom it did not reach. */
    synchronized List<String> missed(IntFunction<String> kind) {
        List<String> lines = new ArrayList<>();
        for (long id = from; id < from + messages; id++) {
            List<String> without = new ArrayList<>();
            for (int n = 0; n < nodes; n++) if (!has(id, n)) without.add(kind.apply(n) + " " + n);
            if (without.isEmpty()) continue;
            Integer by = publisher.get(id);
            lines.add("message " + id + (by == null ? ", never published" : " of " + kind.apply(by) + " " + by) + ", did not reach "
                    + String.join(", ", without));
        }
        return lines;
    }

    /** Milliseconds from publishing to arrival, of all messages and nodes. */
    synchronized double millis(double quantile) {
        List<Long> all = new ArrayList<>();
        first.forEach((id, at) -> {
            Long begun = published.get(id);
            if (begun != null) at.values().forEach(t -> all.add(Math.max(0, t - begun)));
        });
        if (all.isEmpty()) return Double.NaN;
        Collections.sort(all);
        return all.get((int) Math.min(all.size() - 1, quantile * all.size())) / 1000.0;
    }

    /** Copies of a message at a node, beyond the first. */
    synchronized double duplicates() {
        return duplicates(node -> true);
    }

    /** The same at those nodes alone. */
    synchronized double duplicates(IntPredicate which) {
        long sum = 0;
        int of = 0;
        for (int n = 0; n < nodes; n++) {
            if (!which.test(n)) continue;
            sum += copies.getOrDefault(n, 0L);
            of++;
        }
        return (double) sum / of / messages;
    }
}
