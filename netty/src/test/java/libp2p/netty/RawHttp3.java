package libp2p.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QLogConfiguration;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelBootstrap;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import libp2p.multiformats.Nullable;

/** A client of HTTP/3 that does as it is told; it believes any certificate and shows none. */
final class RawHttp3 implements AutoCloseable {
    private static final long SECONDS = 60;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel udp;
    private final QuicChannel connection;

    /** Connects to a port of this machine, in that protocol. */
    RawHttp3(int port, String alpn) throws Exception {
        this(port, alpn, null);
    }

    /** And writes down what it hears, as qlog. */
    RawHttp3(int port, String alpn, @Nullable Path log) throws Exception {
        udp = new Bootstrap()
                .group(group)
                .channel(NioDatagramChannel.class)
                .handler(new QuicClientCodecBuilder()
                        .sslContext(QuicSslContextBuilder.forClient()
                                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                                .applicationProtocols(alpn)
                                .build())
                        .maxIdleTimeout(SECONDS, TimeUnit.SECONDS)
                        .initialMaxData(1 << 20)
                        .initialMaxStreamDataBidirectionalLocal(1 << 16)
                        .initialMaxStreamDataBidirectionalRemote(1 << 16)
                        .initialMaxStreamDataUnidirectional(1 << 16)
                        .initialMaxStreamsBidirectional(100)
                        .initialMaxStreamsUnidirectional(100)
                        .datagram(64, 64)
                        .activeConnectionIdLimit(4)
                        .build())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        QuicChannelBootstrap bootstrap = QuicChannel.newBootstrap(udp);
        if (log != null) bootstrap.option(QuicChannelOption.QLOG, new QLogConfiguration(log.toString(), "client", "client"));
        connection = bootstrap.handler(new Http3ClientConnectionHandler())
                .remoteAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .connect()
                .get(SECONDS, TimeUnit.SECONDS);
    }

    /** The status that a request is answered with; the request stays as it is. */
    String status(Http3Headers headers) throws Exception {
        CompletableFuture<String> status = new CompletableFuture<>();
        QuicStreamChannel stream = Http3.newRequestStream(connection, new Http3RequestStreamInboundHandler() {
            @Override
            protected void channelRead(ChannelHandlerContext ctx, Http3HeadersFrame frame) {
                status.complete(String.valueOf(frame.headers().status()));
            }

            @Override
            protected void channelRead(ChannelHandlerContext ctx, Http3DataFrame frame) {
                frame.release();
            }

            @Override
            protected void channelInputClosed(ChannelHandlerContext ctx) {
                // Nothing more is expected.
            }
        }).get(SECONDS, TimeUnit.SECONDS);
        stream.writeAndFlush(new DefaultHttp3HeadersFrame(headers));
        connection.closeFuture().addListener(gone -> status.complete("none"));
        return status.get(SECONDS, TimeUnit.SECONDS);
    }

    /** Opens a stream that begins with these bytes. */
    QuicStreamChannel stream(QuicStreamType type, byte[] bytes) throws Exception {
        QuicStreamChannel s = connection.createStream(type, new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                // Such as a reset, which is what some tests are after.
            }
        }).get(SECONDS, TimeUnit.SECONDS);
        s.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        return s;
    }

    /** How many unidirectional streams it may open now. */
    long unidirectionalCredit() {
        return connection.peerAllowedStreams(QuicStreamType.UNIDIRECTIONAL);
    }

    /** Says these bytes on a unidirectional stream, and that they are all. There must be credit: the library counts those that fail. */
    void said(byte[] bytes) throws Exception {
        QuicStreamChannel s = connection.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter())
                .get(SECONDS, TimeUnit.SECONDS);
        s.writeAndFlush(new DefaultQuicStreamFrame(Unpooled.wrappedBuffer(bytes), true)); // in one: it may forget a bare FIN
    }

    void datagram(byte[] bytes) {
        connection.writeAndFlush(Unpooled.wrappedBuffer(bytes));
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    /** Waits until the peer has closed the connection. */
    void assertCloses() throws Exception {
        connection.closeFuture().get(SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        connection.close().syncUninterruptibly();
        udp.close().syncUninterruptibly();
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
}
