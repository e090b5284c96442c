package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import libp2p.core.Watch;
import libp2p.core.identity.PeerId;

/** What is done once each heartbeat (gossipsub-v1.0.md and v1.1.md, "Heartbeat Maintenance"). */
final class Heartbeat {
    private static final int SWEEP_BEATS = 15; // of back-offs; what is over a little longer does no harm
    private static final int SLACK_BEATS = 2; // the peer's clock, and its heartbeat

    private final State state;
    private final Sender sender;
    private final Membership membership;
    private final Extensions extensions;
    private final Watch.Cell<Map<PeerId, Double>> scores = new Watch.Cell<>(Map.of());
    private final boolean scoresHeard;
    private boolean scoresWanted;
    private Runnable validations = () -> {};
    private long beats;
    private long decayedAt;
    private long gaterDecayedAt;

    Heartbeat(State state, Sender sender, Membership membership, Extensions extensions) {
        this.state = state;
        this.sender = sender;
        this.membership = membership;
        this.extensions = extensions;
        scoresHeard = state.listener.scores();
        decayedAt = state.now();
        gaterDecayedAt = state.now();
    }

    void validations(Runnable sweep) {
        validations = sweep;
    }

    /** The scores as of the last heartbeat, once they are wanted. From any thread. */
    Watch<Map<PeerId, Double>> scores() {
        return scores;
    }

    void wantScores() {
        if (!scoresWanted) publish();
        scoresWanted = true;
    }

    void beat() {
        beats++;
        decay();
        punish();
        sweep();
        connectDirect();
        for (TopicState t : new ArrayList<>(state.ours)) {
            if (t.joined) maintain(t);
            else if (!t.fanout.isEmpty()) maintainFanout(t);
        }
        extensions.beat();
        state.beat();
        if (scoresHeard) for (Peer p : state.peers.values()) state.listener.scored(p.id, state.score(p));
        sender.retry();
        sender.flush();
        state.cache.shift();
        if (scoresWanted) publish();
    }

    private void decay() {
        long now = state.now();
        long interval = state.scores.params().decayNanos();
        for (; now - decayedAt >= interval; decayedAt += interval) state.scores.decay(now);
        GaterParams g = state.config.gater;
        if (g == null || state.gater == null) return;
        for (; now - gaterDecayedAt >= g.decayNanos(); gaterDecayedAt += g.decayNanos()) state.gater.decay(now);
    }

    private void punish() {
        for (Map.Entry<PeerId, Integer> e : state.promises.broken(state.now()).entrySet()) {
            Peer p = state.peers.get(e.getKey());
            if (p != null) state.penalise(p, GossipListener.Penalty.BROKEN_PROMISE, e.getValue());
        }
    }

    private void sweep() {
        long now = state.now();
        state.seen.sweep(now);
        state.deliveries.sweep(now);
        validations.run();
        if (beats % SWEEP_BEATS == 0) state.backoffs.sweep(now - SLACK_BEATS * state.config.timing.heartbeatNanos());
    }

    private void connectDirect() {
        if (beats % state.config.timing.directBeats() != 0) return;
        for (PeerId p : state.direct) if (!state.peers.containsKey(p)) state.exchange.connect(p, List.of());
    }

    private void maintain(TopicState t) {
        Overlay overlay = state.config.overlay;
        boolean opportune = beats % state.config.timing.opportunisticBeats() == 0;
        Mesh<Peer> mesh = new Mesh<>(overlay, state::score, p -> p.outbound, state.node.random());
        Mesh.Change<Peer> change = mesh.maintain(new ArrayList<>(t.mesh), () -> state.candidates(t),
                opportune ? state.config.limits.opportunisticMax() : 0, state.thresholds().opportunistic());
        for (Peer p : change.bad()) membership.prune(p, t, GossipListener.PruneReason.SCORE, false);
        for (Peer p : change.excess()) membership.prune(p, t, GossipListener.PruneReason.EXCESS, false);
        for (Peer p : change.graft()) membership.graft(p, t);
        gossip(t, t.mesh);
    }

    private void maintainFanout(TopicState t) {
        if (t.published + state.config.timing.fanoutNanos() < state.now()) {
            t.fanout.clear();
            state.forgetIfIdle(t);
            return;
        }
        double least = state.thresholds().publish();
        t.fanout.removeIf(p -> !t.peers.contains(p) || state.score(p) < least);
        int lack = state.config.overlay.d() - t.fanout.size();
        if (lack > 0) t.fanout.addAll(state.some(state.select(t, p -> !t.fanout.contains(p) && state.score(p) >= least), lack));
        gossip(t, t.fanout);
    }

    /** Tells some who are not sent the messages that there are some (gossipsub-v1.1.md, "Adaptive Gossip Dissemination"). */
    private void gossip(TopicState t, Set<Peer> sentTo) {
        List<MessageId> ids = state.cache.gossip(t.name);
        if (ids.isEmpty() && !t.supportsPartial()) return;
        List<Peer> others = state.select(t, p -> !sentTo.contains(p) && state.score(p) >= state.thresholds().gossip());
        if (others.isEmpty()) return;
        Overlay overlay = state.config.overlay;
        List<Peer> some = state.some(others, Math.max(overlay.lazy(), (int) (overlay.gossipFactor() * others.size())));
        int most = state.config.limits.ihaveIdsMax();
        List<Peer> partial = new ArrayList<>(0);
        for (Peer p : some) {
            if (t.supportsPartial() && p.requestsPartial.contains(t)) {
                partial.add(p);
                continue;
            }
            if (ids.isEmpty()) continue;
            List<MessageId> told = ids.size() <= most ? ids : Mesh.shuffled(ids, state.node.random()).subList(0, most);
            sender.ihave(p, t.name, told);
        }
        if (!partial.isEmpty()) extensions.gossip(t, partial);
    }

    private void publish() {
        Map<PeerId, Double> now = new LinkedHashMap<>();
        for (PeerId p : state.scores.known()) now.put(p, state.scores.of(p));
        scores.set(Collections.unmodifiableMap(now));
    }
}
