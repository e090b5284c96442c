package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/** Who is in which topic, and in which of our meshes (gossipsub-v1.0.md, "Joining and Leaving Topics"). */
final class Membership {
    private final State state;
    private final Sender sender;
    private final TopicListeners listeners;
    private final Publishing publishing;
    private final RpcReaders readers;

    Membership(State state, Sender sender, TopicListeners listeners, Publishing publishing, RpcReaders readers) {
        this.state = state;
        this.sender = sender;
        this.listeners = listeners;
        this.publishing = publishing;
        this.readers = readers;
    }

    // ---- peers' topics

    void hear(Peer p, List<Rpc.Subscription> subscriptions) {
        for (Rpc.Subscription s : subscriptions) {
            if (s.subscribe()) subscribed(p, s);
            else unsubscribed(p, state.topics.get(s.topic()));
        }
    }

    private void subscribed(Peer p, Rpc.Subscription s) {
        if (!state.config.filter.allows(p.id, s.topic())) return;
        if (p.topics.size() >= state.config.limits.topicsPerPeerMax() && state.topics.get(s.topic()) == null) return;
        TopicState t = state.topic(s.topic());
        if (t == null) return;
        flag(p.requestsPartial, t, s.requestsPartial());
        flag(p.supportsPartial, t, s.supportsPartial());
        if (!entered(p, t)) return;
        mayGraft(p, t);
        publishing.retry(t);
    }

    /** The peer is in the topic from now on, if it was not yet. */
    boolean entered(Peer p, TopicState t) {
        if (!p.topics.add(t)) return false;
        t.peers.add(p);
        state.listener.subscribed(p.id, t.name);
        listeners.peer(t, p.id, true);
        return true;
    }

    private static void flag(Set<TopicState> set, TopicState t, boolean yes) {
        if (yes) set.add(t);
        else set.remove(t);
    }

    private void unsubscribed(Peer p, @Nullable TopicState t) {
        if (t == null || !p.topics.remove(t)) return;
        forget(p, t, GossipListener.PruneReason.UNSUBSCRIBED);
    }

    private void forget(Peer p, TopicState t, GossipListener.PruneReason why) {
        p.requestsPartial.remove(t);
        p.supportsPartial.remove(t);
        t.peers.remove(p);
        t.fanout.remove(p);
        leaveMesh(p, t, why);
        state.listener.unsubscribed(p.id, t.name);
        listeners.peer(t, p.id, false);
        state.forgetIfIdle(t);
    }

    /** The peer is about to tell of its topics anew, or has gone. */
    void forgetTopics(Peer p) {
        for (TopicState t : new ArrayList<>(p.topics)) forget(p, t, GossipListener.PruneReason.GONE);
        p.topics.clear();
    }

    /** It cannot be sent to: it is in no mesh. What it says is still heard. */
    void unreachable(Peer p) {
        for (TopicState t : p.topics) {
            leaveMesh(p, t, GossipListener.PruneReason.GONE);
            t.fanout.remove(p);
        }
        p.chokedBy.clear();
    }

    void gone(Peer p) {
        forgetTopics(p);
    }

    // ---- our topics

    /** We are in the topic from now on. */
    void join(TopicState t) {
        if (t.joined) return;
        t.joined = true;
        if (state.config.choke) t.choking = new Choking<>(Choking.Params.DEFAULT);
        readers.joined(state);
        state.listener.joined(t.name);
        for (Peer p : state.peers.values()) sender.topic(p, t, true);
        // Peers that we published to are there first; their scores may be below 0, as long as publishing goes.
        List<Peer> first = new ArrayList<>(t.fanout);
        first.removeIf(p -> !p.speaksMesh() || state.isDirect(p) || state.score(p) < 0 || state.backoffs.has(t.name, p.id));
        t.fanout.clear();
        for (Peer p : first) graft(p, t);
        List<Peer> more = state.candidates(t);
        more.removeIf(p -> state.score(p) < 0);
        for (Peer p : state.some(more, state.config.overlay.d() - t.mesh.size())) graft(p, t);
    }

    /** And no longer. */
    void leave(TopicState t) {
        if (!t.joined) return;
        t.joined = false;
        readers.joined(state);
        state.listener.left(t.name);
        for (Peer p : new ArrayList<>(t.mesh)) {
            prune(p, t, GossipListener.PruneReason.LEFT, true);
        }
        t.choking = null;
        for (Peer p : state.peers.values()) sender.topic(p, t, false);
    }

    void leaveForGood(TopicState t) {
        leave(t);
        t.listeners.clear();
        t.peerListeners.clear();
    }

    // ---- meshes

    /** Puts the peer in the mesh, and tells it. */
    void graft(Peer p, TopicState t) {
        accept(p, t);
        sender.graft(p, t.name);
    }

    /** Puts it there; it asked to be. */
    void accept(Peer p, TopicState t) {
        if (!t.mesh.add(p)) return;
        state.scores.graft(p.id, t.name, state.now());
        state.listener.grafted(p.id, t.name);
    }

    /** A peer that comes when there are too few is grafted at once. */
    void mayGraft(Peer p, TopicState t) {
        if (!t.joined || t.mesh.size() >= state.config.overlay.low() || !p.speaksMesh() || !t.peers.contains(p)) return;
        if (state.isDirect(p) || state.score(p) < 0 || t.mesh.contains(p) || state.backoffs.has(t.name, p.id)) return;
        graft(p, t);
    }

    /** Takes the peer out of the mesh, tells it, and holds it off. */
    void prune(Peer p, TopicState t, GossipListener.PruneReason why, boolean unsubscribing) {
        leaveMesh(p, t, why);
        refuse(p, t, why == GossipListener.PruneReason.EXCESS, unsubscribing);
    }

    /** Tells the peer that it is not in the mesh, and holds it off. */
    void refuse(Peer p, TopicState t, boolean exchange, boolean unsubscribing) {
        Timing timing = state.config.timing;
        long backoff = unsubscribing ? timing.unsubscribeBackoffNanos() : timing.pruneBackoffNanos();
        state.backoffs.add(t.name, p.id, state.now() + backoff);
        List<Rpc.Px> peers = List.of();
        if (exchange && state.config.exchange && state.score(p) >= 0) {
            List<PeerId> good = new ArrayList<>();
            for (Peer other : t.peers) if (other != p && other.speaksMesh() && state.score(other) >= 0) good.add(other.id);
            peers = state.exchange.name(good);
        }
        sender.prune(p, t.name, peers, backoff);
    }

    /** It is not in the mesh any more; nobody is told. */
    void leaveMesh(Peer p, TopicState t, GossipListener.PruneReason why) {
        if (!t.mesh.remove(p)) return;
        state.scores.prune(p.id, t.name);
        Choking<Peer> choking = t.choking;
        if (choking != null) choking.left(p);
        p.chokedBy.remove(t.name);
        state.listener.pruned(p.id, t.name, why);
    }

    void pruneEverywhere(Peer p, GossipListener.PruneReason why) {
        for (TopicState t : new ArrayList<>(p.topics)) if (t.mesh.contains(p)) prune(p, t, why, false);
    }
}
