package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import libp2p.core.Rng;
import libp2p.multiformats.Nullable;

/**
 * Who is to be pruned from the mesh of a topic and who grafted, at a heartbeat (gossipsub-v1.0.md, "Mesh maintenance"; gossipsub-v1.1.md,
 * "Heartbeat Maintenance", "Outbound Mesh Quotas", "Opportunistic Grafting").
 *
 * @param <P> a peer
 */
final class Mesh<P> {
    private final Overlay overlay;
    private final ToDoubleFunction<P> score;
    private final Predicate<P> outbound;
    private final Rng rng;

    /**
     * What is to be done.
     *
     * @param bad prune, for a score below 0
     * @param excess prune, because there are too many
     * @param graft graft
     */
    record Change<P>(List<P> bad, List<P> excess, List<P> graft) {}

    Mesh(Overlay overlay, ToDoubleFunction<P> score, Predicate<P> outbound, Rng rng) {
        this.overlay = overlay;
        this.score = score;
        this.outbound = outbound;
        this.rng = rng;
    }

    /**
     * The change of a mesh.
     *
     * @param candidates who could be grafted: of the topic, not in the mesh, not direct, not held off; asked for only if some are needed
     * @param opportunistic graft up to this many who are better than the mesh's median, if that is below {@code threshold}; 0 for none
     */
    Change<P> maintain(List<P> mesh, Supplier<List<P>> candidates, int opportunistic, double threshold) {
        List<P> kept = new ArrayList<>(mesh);
        List<P> bad = new ArrayList<>(0);
        for (P p : mesh) if (score.applyAsDouble(p) < 0) bad.add(p);
        kept.removeAll(bad);
        Pool pool = new Pool(candidates, kept);
        if (kept.size() < overlay.low()) pool.graft(overlay.d() - kept.size(), p -> true);
        List<P> excess = new ArrayList<>(0);
        if (kept.size() > overlay.d() && kept.size() >= overlay.high()) excess(kept, excess);
        if (kept.size() >= overlay.low()) {
            int lack = overlay.out() - count(kept);
            if (lack > 0) pool.graft(lack, outbound);
        }
        if (opportunistic > 0 && kept.size() > 1) {
            double median = median(kept);
            if (median < threshold) pool.graft(opportunistic, p -> score.applyAsDouble(p) > median);
        }
        return new Change<>(bad, excess, pool.graft);
    }

    /** Who could be grafted, in random order, and who is. */
    private final class Pool {
        private final Supplier<List<P>> candidates;
        private final List<P> kept;
        private final List<P> graft = new ArrayList<>(0);
        private @Nullable List<P> left;

        Pool(Supplier<List<P>> candidates, List<P> kept) {
            this.candidates = candidates;
            this.kept = kept;
        }

        void graft(int most, Predicate<P> which) {
            if (left == null) {
                left = shuffled(candidates.get(), rng);
                left.removeIf(p -> score.applyAsDouble(p) < 0);
            }
            int lack = most;
            for (Iterator<P> i = left.iterator(); lack > 0 && i.hasNext();) {
                P p = i.next();
                if (!which.test(p)) continue;
                i.remove();
                graft.add(p);
                kept.add(p);
                lack--;
            }
        }
    }

    private int count(List<P> peers) {
        int n = 0;
        for (P p : peers) if (outbound.test(p)) n++;
        return n;
    }

    private double median(List<P> peers) {
        List<P> sorted = new ArrayList<>(peers);
        sorted.sort((a, b) -> Double.compare(score.applyAsDouble(a), score.applyAsDouble(b)));
        return score.applyAsDouble(sorted.get(sorted.size() / 2));
    }

    /** Keeps the best by score and others at random, with enough that we connected to. */
    private void excess(List<P> kept, List<P> excess) {
        List<P> order = shuffled(kept, rng);
        order.sort((a, b) -> Double.compare(score.applyAsDouble(b), score.applyAsDouble(a)));
        int best = Math.min(overlay.score(), order.size());
        List<P> rest = shuffled(order.subList(best, order.size()), rng);
        List<P> chosen = new ArrayList<>(order.subList(0, best));
        chosen.addAll(rest);
        int d = overlay.d();
        int lack = overlay.out() - count(chosen.subList(0, d));
        // Exchanges the last of the chosen that is inbound, so the random and the lower of the best, for one outside that is outbound.
        int inbound = d - 1;
        for (int i = d; i < chosen.size() && lack > 0; i++) {
            if (!outbound.test(chosen.get(i))) continue;
            while (inbound >= 0 && outbound.test(chosen.get(inbound))) inbound--;
            if (inbound < 0) break;
            P in = chosen.get(inbound);
            chosen.set(inbound, chosen.get(i));
            chosen.set(i, in);
            lack--;
        }
        excess.addAll(chosen.subList(d, chosen.size()));
        kept.removeAll(excess);
    }

    /** A copy in random order. */
    static <P> List<P> shuffled(List<P> list, Rng rng) {
        List<P> copy = new ArrayList<>(list);
        for (int i = copy.size() - 1; i > 0; i--) {
            int j = rng.nextInt(i + 1);
            P p = copy.get(i);
            copy.set(i, copy.get(j));
            copy.set(j, p);
        }
        return copy;
    }
}
