package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import libp2p.multiformats.Nullable;

/** What is known of a topic, ours or not. On the node's loop. */
final class TopicState {
    final String name;
    /** Peers that are in it. */
    final Set<Peer> peers = new Few<>();
    /** Those that we exchange all messages with; none unless we have joined. */
    final Set<Peer> mesh = new Few<>();
    /** Those that get what we publish without having joined. */
    final Set<Peer> fanout = new Few<>();
    long published = Long.MIN_VALUE; // the last time, without having joined
    @Nullable TopicConfig config; // null if it is not ours
    int subscriptions;
    int relays;
    boolean joined;
    int validating;
    final List<TopicListeners.Listener> listeners = new ArrayList<>(0);
    final List<TopicListeners.PeerListener> peerListeners = new ArrayList<>(0);
    final List<Publishing.Waiting> waiting = new ArrayList<>(0);
    @Nullable Choking<Peer> choking;

    TopicState(String name) {
        this.name = name;
    }

    boolean requestsPartial() {
        TopicConfig c = config;
        return joined && c != null && c.requestsPartial();
    }

    boolean supportsPartial() {
        TopicConfig c = config;
        return c != null && c.supportsPartial();
    }

    /** Whether nothing is known of it any more. */
    boolean isIdle() {
        return peers.isEmpty() && config == null && fanout.isEmpty();
    }
}
