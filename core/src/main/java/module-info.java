/** The engine of java-libp2p: machines without sockets, threads or clocks. */
module libp2p.core {
    requires transitive libp2p.multiformats;

    exports libp2p.core;
    exports libp2p.core.identity;
    exports libp2p.core.net;
    exports libp2p.core.node;
    exports libp2p.core.proto;
    exports libp2p.core.wire;
    exports libp2p.core.wire.mux to
            libp2p.netty;
    exports libp2p.core.wire.sctp to
            libp2p.netty;
    exports libp2p.core.wire.webrtc to
            libp2p.netty;
    exports libp2p.core.wire.noise;
    exports libp2p.core.wire.yamux;
    exports libp2p.core.wire.mplex;
}
