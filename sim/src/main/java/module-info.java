/** A simulated world of the real nodes. */
module libp2p.sim {
    requires transitive libp2p.core;

    exports libp2p.sim;
}
