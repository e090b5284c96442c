/** GossipSub, the publish/subscribe protocol of libp2p. */
module libp2p.gossipsub {
    requires transitive libp2p.core;

    exports libp2p.gossipsub;
}
