package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.identity.PeerId;

/** Several listeners as one. */
final class Listeners implements GossipListener {
    private final List<GossipListener> all;
    private final List<GossipListener> rpcs;
    private final List<GossipListener> scores;

    Listeners(List<GossipListener> all) {
        this.all = all;
        this.rpcs = new ArrayList<>(all);
        rpcs.removeIf(l -> !l.rpcs());
        this.scores = new ArrayList<>(all);
        scores.removeIf(l -> !l.scores());
    }

    @Override
    public void started(PeerId self) {
        for (GossipListener l : all) l.started(self);
    }

    @Override
    public void joined(String topic) {
        for (GossipListener l : all) l.joined(topic);
    }

    @Override
    public void left(String topic) {
        for (GossipListener l : all) l.left(topic);
    }

    @Override
    public void peerReady(PeerId peer, String protocol) {
        for (GossipListener l : all) l.peerReady(peer, protocol);
    }

    @Override
    public void peerGone(PeerId peer) {
        for (GossipListener l : all) l.peerGone(peer);
    }

    @Override
    public void subscribed(PeerId peer, String topic) {
        for (GossipListener l : all) l.subscribed(peer, topic);
    }

    @Override
    public void unsubscribed(PeerId peer, String topic) {
        for (GossipListener l : all) l.unsubscribed(peer, topic);
    }

    @Override
    public void grafted(PeerId peer, String topic) {
        for (GossipListener l : all) l.grafted(peer, topic);
    }

    @Override
    public void pruned(PeerId peer, String topic, PruneReason why) {
        for (GossipListener l : all) l.pruned(peer, topic, why);
    }

    @Override
    public void published(Message message) {
        for (GossipListener l : all) l.published(message);
    }

    @Override
    public void delivered(Message message) {
        for (GossipListener l : all) l.delivered(message);
    }

    @Override
    public void rejected(Message message, Rejection why) {
        for (GossipListener l : all) l.rejected(message, why);
    }

    @Override
    public void duplicate(Message message, PeerId from) {
        for (GossipListener l : all) l.duplicate(message, from);
    }

    @Override
    public void undelivered(Message message) {
        for (GossipListener l : all) l.undelivered(message);
    }

    @Override
    public boolean rpcs() {
        return !rpcs.isEmpty();
    }

    @Override
    public void received(PeerId from, RpcFacts rpc) {
        for (GossipListener l : rpcs) l.received(from, rpc);
    }

    @Override
    public void sent(PeerId to, RpcFacts rpc) {
        for (GossipListener l : rpcs) l.sent(to, rpc);
    }

    @Override
    public void dropped(PeerId to, RpcFacts rpc) {
        for (GossipListener l : rpcs) l.dropped(to, rpc);
    }

    @Override
    public void penalised(PeerId peer, Penalty why, double amount) {
        for (GossipListener l : all) l.penalised(peer, why, amount);
    }

    @Override
    public void throttled(PeerId peer, String why) {
        for (GossipListener l : all) l.throttled(peer, why);
    }

    @Override
    public void heartbeat(long nanos) {
        for (GossipListener l : all) l.heartbeat(nanos);
    }

    @Override
    public boolean scores() {
        return !scores.isEmpty();
    }

    @Override
    public void scored(PeerId peer, double score) {
        for (GossipListener l : scores) l.scored(peer, score);
    }
}
