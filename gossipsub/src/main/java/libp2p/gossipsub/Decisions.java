package libp2p.gossipsub;

import java.util.List;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Observer;

/**
 * Tells the node's observer what the router decides (docs/gossipsub.md lists the decisions and what their values are); allocates nothing.
 */
final class Decisions implements GossipListener {
    private final Observer observer;
    private final String protocol;

    private Decisions(Observer observer, String protocol) {
        this.observer = observer;
        this.protocol = protocol;
    }

    /** The configured listener, and the observer where there is one. */
    static GossipListener of(GossipConfig config, Observer observer) {
        if (observer == Observer.NONE) return config.listener;
        Decisions own = new Decisions(observer, config.ids.get(0));
        return config.listener == GossipListener.NONE ? own : GossipListener.of(List.of(own, config.listener));
    }

    @Override
    public void joined(String topic) {
        observer.decided(protocol, "join", null, 0);
    }

    @Override
    public void left(String topic) {
        observer.decided(protocol, "leave", null, 0);
    }

    @Override
    public void grafted(PeerId peer, String topic) {
        observer.decided(protocol, "graft", peer, 0);
    }

    @Override
    public void pruned(PeerId peer, String topic, PruneReason why) {
        observer.decided(protocol, "prune", peer, why.ordinal());
    }

    @Override
    public void delivered(Message message) {
        observer.decided(protocol, "deliver", message.receivedFrom(), message.dataSize());
    }

    @Override
    public void duplicate(Message message, PeerId from) {
        observer.decided(protocol, "duplicate", from, message.dataSize());
    }

    @Override
    public void rejected(Message message, Rejection why) {
        observer.decided(protocol, why == Rejection.IGNORED ? "ignore" : "reject", message.receivedFrom(), why.ordinal());
    }

    @Override
    public void penalised(PeerId peer, Penalty why, double amount) {
        observer.decided(protocol, "penalise", peer, why.ordinal());
    }

    @Override
    public void throttled(PeerId peer, String why) {
        observer.decided(protocol, why, peer, 0);
    }
}
