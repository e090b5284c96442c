/** TLS 1.3, WebSocket, QUIC, WebTransport and WebRTC-direct on Netty, BoringSSL and Bouncy Castle: for a server that all can reach. */
module libp2p.netty {
    requires transitive libp2p.jvm;
    requires libp2p.bouncycastle;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.classes.quic;
    requires io.netty.codec.http;
    requires io.netty.codec.http3;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.handler.proxy;
    requires io.netty.resolver;
    requires io.netty.transport;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires io.netty.tcnative.classes.openssl;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.tls;
    requires org.slf4j;

    provides libp2p.core.net.Transport with
            libp2p.netty.NettyTransport;
    provides libp2p.core.wire.Security with
            libp2p.netty.Tls;

    exports libp2p.netty;
}
