/**
 * GossipSub 1.0 to 1.3 (specs/pubsub/gossipsub), with floodsub as its fallback.
 *
 * <p>Three tiers. Pure algorithms: {@code Mesh, Scores, Backoffs, MessageCache, SeenCache, Gater, Promises, Unwanted, PeerExchange,
 * Choking, Partials}. The machine: {@code Router} and its parts, on the node's loop. The door: {@link Gossip} and {@link Topic}.
 */
package libp2p.gossipsub;
