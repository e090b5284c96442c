package libp2p.gossipsub;

import libp2p.core.node.Messages;

/**
 * The bounds of the router; of one RPC, see {@link RpcLimits}.
 *
 * @param seenMax ids of messages that are remembered; the oldest goes first
 * @param historyBytesMax messages that can be asked for; the oldest goes first
 * @param recentMax messages of one loop whose copies are known by their bytes
 * @param recentBytesMax their bytes
 * @param topicsMax topics that peers or we are in
 * @param topicsPerPeerMax topics that one peer may be in; more are ignored
 * @param peersPerTopicMax backoffs that are remembered of one topic
 * @param validationsMax messages that are validated at a time, of all topics
 * @param signaturesMax messages whose signatures are checked at a time
 * @param ihavesPerBeatMax IHAVE RPCs of one peer that are heard in a heartbeat
 * @param ihaveIdsMax ids in an IHAVE of ours, and ids that we ask one peer for in a heartbeat
 * @param iwantRepeatMax times that one peer gets a message it asks for
 * @param idontwantsPerBeatMax IDONTWANT RPCs of one peer that are heard in a heartbeat, and that we send it
 * @param idontwantIdsMax ids in an IDONTWANT RPC of ours; go-libp2p-pubsub ignores more than 10
 * @param idontwantIdsHeardMax ids in one of a peer's that are heard
 * @param prunePeersMax peers that are named in a PRUNE of ours, and that are taken from one
 * @param connectsMax attempts at a time to connect peers that were named in PRUNEs
 * @param connectsWaitingMax such peers that wait for their turn
 * @param opportunisticMax peers that are grafted for their better score
 * @param publishesWaitingMax messages of ours that wait for peers, in each topic
 * @param deliveriesMax messages that wait for one listener on an executor of its own; more are not delivered to it
 * @param outboxMax what waits for one peer and is of ours or control
 * @param forwardMax what waits for one peer and is of others
 * @param gossipMax what waits for one peer and was asked for, or tells of what can be asked for
 * @param forwardNanos how long a message of others waits for a peer
 * @param publishNanos how long a message of ours does
 */
public record GossipLimits(
        int seenMax,
        long historyBytesMax,
        int recentMax,
        long recentBytesMax,
        int topicsMax,
        int topicsPerPeerMax,
        int peersPerTopicMax,
        int validationsMax,
        int signaturesMax,
        int ihavesPerBeatMax,
        int ihaveIdsMax,
        int iwantRepeatMax,
        int idontwantsPerBeatMax,
        int idontwantIdsMax,
        int idontwantIdsHeardMax,
        int prunePeersMax,
        int connectsMax,
        int connectsWaitingMax,
        int opportunisticMax,
        int publishesWaitingMax,
        int deliveriesMax,
        Messages.Lane outboxMax,
        Messages.Lane forwardMax,
        Messages.Lane gossipMax,
        long forwardNanos,
        long publishNanos) {
    private static final int MIB = 1 << 20;

    /** Where the field has a default, it is that of go-libp2p-pubsub; times to wait are those of rust-libp2p. */
    public static final GossipLimits DEFAULT = new GossipLimits(
            1 << 18, 64L * MIB, 1024, 8L * MIB, 1 << 16, 2048, 1 << 14, 8192, 1024, 10, 5000, 3, 1000, 10, 5000, 16, 8, 128, 2, 128, 1024,
            new Messages.Lane(1024, 16L * MIB), new Messages.Lane(1024, 8L * MIB), new Messages.Lane(1024, 4L * MIB),
            1_000_000_000L, 5_000_000_000L);

    /** The same with other bounds for what waits for one peer. */
    public GossipLimits queues(Messages.Lane own, Messages.Lane forward, Messages.Lane gossip, long forForwardNanos, long forPublishNanos) {
        return new GossipLimits(
                seenMax, historyBytesMax, recentMax, recentBytesMax, topicsMax, topicsPerPeerMax, peersPerTopicMax, validationsMax,
                signaturesMax, ihavesPerBeatMax, ihaveIdsMax, iwantRepeatMax, idontwantsPerBeatMax, idontwantIdsMax, idontwantIdsHeardMax,
                prunePeersMax, connectsMax, connectsWaitingMax, opportunisticMax, publishesWaitingMax, deliveriesMax, own, forward, gossip,
                forForwardNanos, forPublishNanos);
    }

    /** The same with other bounds for what is validated at a time. */
    public GossipLimits validations(int ofAllTopics, int signatures) {
        return new GossipLimits(
                seenMax, historyBytesMax, recentMax, recentBytesMax, topicsMax, topicsPerPeerMax, peersPerTopicMax, ofAllTopics, signatures,
                ihavesPerBeatMax, ihaveIdsMax, iwantRepeatMax, idontwantsPerBeatMax, idontwantIdsMax, idontwantIdsHeardMax, prunePeersMax,
                connectsMax, connectsWaitingMax, opportunisticMax, publishesWaitingMax, deliveriesMax, outboxMax, forwardMax, gossipMax,
                forwardNanos, publishNanos);
    }
}
