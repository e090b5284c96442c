package libp2p.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import libp2p.multiformats.Nullable;

/** Netty's QUIC alone, with the settings of our transport: what one stream costs without libp2p. */
final class BareQuic {
    private static final String PROTOCOL = "bench";
    private static final int PIECE = 64 * 1024;
    private static final int PAYLOAD_MAX = 1500;
    private static final int SEND_MAX = 1452;
    private static final int PACKETS_PER_READ = 16;
    private static final int SEGMENTS = 10;
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final int READ = 32 * 1024;

    private BareQuic() {}

    private static <B extends QuicCodecBuilder<B>> B configured(B b, QuicSslContext tls) {
        return b.sslContext(tls)
                .localConnectionIdLength(20)
                .maxIdleTimeout(50, TimeUnit.SECONDS)
                .initialMaxData(2 << 20)
                .initialMaxStreamDataBidirectionalLocal(1 << 20)
                .initialMaxStreamDataBidirectionalRemote(1 << 20)
                .initialMaxStreamsBidirectional(1024)
                .initialMaxStreamsUnidirectional(0)
                .maxSendUdpPayloadSize(SEND_MAX)
                .maxRecvUdpPayloadSize(PAYLOAD_MAX)
                .congestionControlAlgorithm(QuicCongestionControlAlgorithm.CUBIC)
                .activeConnectionIdLimit(4);
    }

    private static Channel bound(ChannelHandler codec) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        int size = epoll ? PAYLOAD_MAX * PACKETS_PER_READ : PAYLOAD_MAX + 1;
        Bootstrap b = new Bootstrap().group(new MultiThreadIoEventLoopGroup(1, io))
                .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(size).maxMessagesPerRead(PACKETS_PER_READ))
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .handler(codec);
        if (epoll) b.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, PAYLOAD_MAX);
        return b.bind(InetAddress.getLoopbackAddress(), 0).syncUninterruptibly().channel();
    }

    /** Reads, and answers each run with a byte. */
    static final class Sink implements Work {
        private final Channel channel;

        Sink() throws Exception {
            QuicSslContext tls = QuicSslContextBuilder.forServer(SelfSigned.keys(), null)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE)
                    .clientAuth(ClientAuth.REQUIRE).applicationProtocols(PROTOCOL).build();
            QuicServerCodecBuilder b = configured(new QuicServerCodecBuilder(), tls)
                    .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
                    .handler(new Quiet())
                    .streamOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ).maxMessagesPerRead(4))
                    .streamHandler(new Reader());
            if (Epoll.isAvailable()) {
                b.option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, EpollQuicUtils.newSegmentedAllocator(SEGMENTS));
            }
            channel = bound(b.build());
        }

        @Override
        public String where() {
            return "" + ((InetSocketAddress) channel.localAddress()).getPort();
        }
    }

    @ChannelHandler.Sharable
    private static final class Quiet extends ChannelInboundHandlerAdapter {}

    /** For one stream at a time. */
    @ChannelHandler.Sharable
    private static final class Reader extends ChannelInboundHandlerAdapter {
        private long left;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf b = (ByteBuf) message;
            if (left == 0) left = b.readLong();
            left -= b.readableBytes();
            b.release();
            if (left == 0) ctx.writeAndFlush(ctx.alloc().directBuffer(1).writeByte(1));
        }
    }

    /** Writes as long as the stream takes it. */
    static final class Source implements Work {
        private @Nullable QuicChannel connection;

        @Override
        public void to(String address) throws Exception {
            QuicSslContext tls = QuicSslContextBuilder.forClient().keyManager(SelfSigned.keys(), null)
                    .trustManager(InsecureTrustManagerFactory.INSTANCE).applicationProtocols(PROTOCOL)
                    .endpointIdentificationAlgorithm("").build();
            Channel c = bound(configured(new QuicClientCodecBuilder(), tls).build());
            var b = QuicChannel.newBootstrap(c).handler(new Quiet()).streamHandler(new Quiet())
                    .remoteAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(address)));
            if (Epoll.isAvailable()) {
                b.option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, EpollQuicUtils.newSegmentedAllocator(SEGMENTS));
            }
            connection = b.connect().get();
        }

        @Override
        public void go(long bytes) throws Exception {
            QuicChannel c = connection;
            if (c == null) throw new IllegalStateException("not connected");
            CompletableFuture<Void> over = new CompletableFuture<>();
            QuicStreamChannel s = c.createStream(QuicStreamType.BIDIRECTIONAL, new Writer(bytes, over)).get();
            over.get();
            s.close().sync();
        }
    }

    private static final class Writer extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<Void> over;
        private final long size;
        private long left;

        Writer(long bytes, CompletableFuture<Void> over) {
            this.over = over;
            size = bytes;
            left = bytes;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.write(ctx.alloc().directBuffer(8).writeLong(size));
            send(ctx);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            send(ctx);
        }

        private void send(ChannelHandlerContext ctx) {
            while (left > 0 && ctx.channel().isWritable()) {
                int n = (int) Math.min(left, PIECE);
                left -= n;
                ctx.writeAndFlush(ctx.alloc().directBuffer(n).writeZero(n));
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ((ByteBuf) message).release();
            over.complete(null);
        }
    }
}
