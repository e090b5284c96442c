package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import libp2p.multiformats.Nullable;

/** Control messages (gossipsub-v1.0.md, "Control Messages"; gossipsub-v1.1.md, "Spam Protection Measures"; gossipsub-v1.2.md). */
final class Control {
    private static final long SECOND = 1_000_000_000L;
    private static final long BACKOFF_SECONDS_MAX = 24 * 3600; // a peer may not hold us off for ever

    private final State state;
    private final Sender sender;
    private final Membership membership;
    private final Publishing publishing;

    Control(State state, Sender sender, Membership membership, Publishing publishing) {
        this.state = state;
        this.sender = sender;
        this.membership = membership;
        this.publishing = publishing;
    }

    void hear(Peer p, Rpc rpc) {
        if (!rpc.ihave.isEmpty()) ihave(p, rpc.ihave);
        if (!rpc.iwant.isEmpty()) iwant(p, rpc.iwant);
        for (String topic : rpc.graft) graft(p, state.topics.get(topic));
        for (Rpc.Prune prune : rpc.prune) prune(p, prune);
        if (!rpc.idontwant.isEmpty()) idontwant(p, rpc.idontwant);
    }

    // ---- gossip

    private void ihave(Peer p, List<Rpc.IHave> all) {
        if (state.score(p) < state.thresholds().gossip()) return;
        GossipLimits limits = state.config.limits;
        state.counts(p);
        if (++p.ihaves > limits.ihavesPerBeatMax() || p.asked >= limits.ihaveIdsMax()) return;
        Set<MessageId> wanted = new LinkedHashSet<>();
        for (Rpc.IHave h : all) {
            TopicState t = state.topics.get(h.topic());
            if (t == null || !t.joined || !state.config.filter.allows(p.id, t.name)) continue;
            for (MessageId id : h.ids()) if (!state.seen.has(id, state.now())) wanted.add(id);
        }
        if (wanted.isEmpty()) return;
        List<MessageId> ask = Mesh.shuffled(new ArrayList<>(wanted), state.node.random());
        if (ask.size() > limits.ihaveIdsMax() - p.asked) ask = new ArrayList<>(ask.subList(0, limits.ihaveIdsMax() - p.asked));
        p.asked += ask.size();
        state.promises.add(p.id, ask, state.now(), state.node.random());
        sender.iwant(p, ask);
    }

    private void iwant(Peer p, List<MessageId> ids) {
        if (state.score(p) < state.thresholds().gossip()) return;
        for (MessageId id : new LinkedHashSet<>(ids)) {
            Message m = state.cache.get(id);
            if (m == null || p.unwanted.has(id) || !state.config.filter.allows(p.id, m.topic())) continue;
            if (state.cache.asked(id, p.id) > state.config.limits.iwantRepeatMax()) continue;
            sender.message(p, m, Sender.GOSSIP);
        }
    }

    private void idontwant(Peer p, List<MessageId> ids) {
        state.counts(p);
        int n = p.unwanted.hear(ids);
        for (int i = 0; i < n; i++) sender.drop(p, ids.get(i));
    }

    // ---- meshes

    private void graft(Peer p, @Nullable TopicState t) {
        // A GRAFT for what we are not in is not answered: answers to spam are what spam is for.
        if (t == null || !t.joined || t.mesh.contains(p) || !state.config.filter.allows(p.id, t.name)) return;
        // Who grafts is in the topic; the subscription may come after (py-libp2p sends them from two tasks).
        boolean isNew = membership.entered(p, t);
        answerGraft(p, t);
        if (isNew) publishing.retry(t);
    }

    private void answerGraft(Peer p, TopicState t) {
        if (state.isDirect(p)) {
            membership.refuse(p, t, false, false); // it should have us as its direct peer too
            return;
        }
        long now = state.now();
        long until = state.backoffs.until(t.name, p.id);
        if (now < until) {
            state.penalise(p, GossipListener.Penalty.BACKOFF, 1);
            Timing timing = state.config.timing;
            if (now < until + timing.graftFloodNanos() - timing.pruneBackoffNanos()) state.penalise(p, GossipListener.Penalty.BACKOFF, 1);
            membership.refuse(p, t, false, false);
            return;
        }
        if (state.score(p) < 0) {
            membership.refuse(p, t, false, false);
            return;
        }
        if (t.mesh.size() >= state.config.overlay.high() && !p.outbound) {
            membership.refuse(p, t, true, false);
            return;
        }
        if (!p.ready) return; // it could not be sent to
        membership.accept(p, t);
    }

    private void prune(Peer p, Rpc.Prune prune) {
        TopicState t = state.topics.get(prune.topic());
        if (t == null || !t.joined) return;
        membership.leaveMesh(p, t, GossipListener.PruneReason.PEER);
        long seconds = prune.backoffSeconds();
        long backoff = seconds == 0
                ? state.config.timing.pruneBackoffNanos()
                : (seconds < 0 || seconds > BACKOFF_SECONDS_MAX ? BACKOFF_SECONDS_MAX : seconds) * SECOND;
        state.backoffs.add(t.name, p.id, state.now() + backoff);
        if (prune.peers().isEmpty() || state.score(p) < state.thresholds().acceptPeers()) return;
        state.exchange.take(prune.peers(), state.node.random());
    }
}
