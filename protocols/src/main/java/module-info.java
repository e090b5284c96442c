/** The small protocols of libp2p, one package each. */
module libp2p.protocols {
    requires transitive libp2p.core;

    exports libp2p.echo;
    exports libp2p.identify;
    exports libp2p.perf;
    exports libp2p.ping;
}
