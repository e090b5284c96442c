package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.identity.PeerId;

/**
 * Hears what the router does, for metrics, traces and logs; on the node's loop, where it must not block. Free where nobody listens.
 *
 * @see GossipMetrics
 * @see GossipTrace
 */
public interface GossipListener {
    /** Hears nothing. */
    GossipListener NONE = new GossipListener() {};

    /** All of them, one after the other. */
    static GossipListener of(List<GossipListener> all) {
        return new Listeners(new ArrayList<>(all));
    }

    /** Why a peer left a mesh. */
    enum PruneReason {
        /** We left the topic. */
        LEFT,
        /** There were too many. */
        EXCESS,
        /** Its score fell below 0. */
        SCORE,
        /** It asked to. */
        PEER,
        /** It left the topic. */
        UNSUBSCRIBED,
        /** It is gone. */
        GONE
    }

    /** For what a peer is penalised. */
    enum Penalty {
        /** A GRAFT while it was held off. */
        BACKOFF,
        /** It did not send what it said it had. */
        BROKEN_PROMISE,
        /** It said its extensions twice. */
        EXTENSIONS,
        /** Its queue was full. */
        SLOW,
        /** It changed its mind on choking too often. */
        CHOKES
    }

    /** The node starts, under this id. */
    default void started(PeerId self) {}

    /** We joined a topic. */
    default void joined(String topic) {}

    /** We left it. */
    default void left(String topic) {}

    /** A peer can be sent to, under that protocol. */
    default void peerReady(PeerId peer, String protocol) {}

    /** And no longer. */
    default void peerGone(PeerId peer) {}

    /** A peer joined a topic. */
    default void subscribed(PeerId peer, String topic) {}

    /** Or left it. */
    default void unsubscribed(PeerId peer, String topic) {}

    /** A peer is in our mesh. */
    default void grafted(PeerId peer, String topic) {}

    /** And no longer. */
    default void pruned(PeerId peer, String topic, PruneReason why) {}

    /** A message of ours is sent. */
    default void published(Message message) {}

    /** A message was found valid and is delivered and passed on. */
    default void delivered(Message message) {}

    /** A message was not taken. */
    default void rejected(Message message, Rejection why) {}

    /** A copy of a message came from a peer. */
    default void duplicate(Message message, PeerId from) {}

    /** A listener of the application was too slow for a message. */
    default void undelivered(Message message) {}

    /** Whether the RPC events below are wanted, which cost most; asked once. */
    default boolean rpcs() {
        return false;
    }

    /** An RPC came. */
    default void received(PeerId from, RpcFacts rpc) {}

    /** An RPC was queued. */
    default void sent(PeerId to, RpcFacts rpc) {}

    /** There was no room for an RPC. */
    default void dropped(PeerId to, RpcFacts rpc) {}

    /** A peer was penalised. */
    default void penalised(PeerId peer, Penalty why, double amount) {}

    /** A peer's RPC was not looked at: its score, or the gater. */
    default void throttled(PeerId peer, String why) {}

    /** A heartbeat took so long. */
    default void heartbeat(long nanos) {}

    /** Whether scores are wanted; asked once. */
    default boolean scores() {
        return false;
    }

    /** A peer's score, in each heartbeat. */
    default void scored(PeerId peer, double score) {}
}
