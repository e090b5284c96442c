package libp2p.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelBootstrap;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.handler.codec.quic.QuicConnectionAddress;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.net.Limits;
import libp2p.multiformats.Nullable;

/**
 * One UDP socket that connections are accepted on and dialled from.
 *
 * <p>The library has a codec for each side; {@link QuicDemux} tells which of them a packet is for. On its loop.
 */
final class QuicSocket {
    /** What a node gives its sockets. */
    interface Owner {
        Limits limits();

        QuicTokens tokens(byte[] secret, QuicIds ids, QuicRoutes routes, NettyLoop loop);

        /** The engine of a connection that has arrived, for the protocols that somebody there listens for. */
        QuicSslEngine serverEngine(QuicSocket socket, QuicChannel channel);

        /** The engine of a connection that we dial. */
        QuicSslEngine clientEngine(QuicChannel channel);
    }

    private static final Refused REFUSED = new Refused();
    private static final int SECRET = 32;
    private static final int PAYLOAD_MAX = 1500; // of packets that are received
    static final int SEND_MAX = 1452; // what an Ethernet carries in IPv6
    private static final int SEGMENTS = 10; // packets that one call of the system sends
    private static final int PACKETS_PER_READ = 16;
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final int CONNECTION_REFUSED = 2; // RFC 9000 20.1
    private static final int CLIENT_IDS = 4; // of a server's, of which a client of ours uses one
    private static final long MOVED_PATIENCE_NANOS = 8_000_000_000L; // the library repeats a challenge after one, two and four seconds

    private final NettyLoop loop;
    private final NettyLoops loops;
    private final Owner owner;
    private final QuicDemux demux;
    private @Nullable ChannelFuture binding;
    private volatile @Nullable InetSocketAddress bound;
    private final @Nullable Arrivals[] arrivals = new Arrivals[QuicTls.Application.values().length];
    private int connections;
    private boolean leaving;

    /** Who is told of arrivals. */
    interface Arrivals {
        /** Whether a connection that arrives may come in; null if not. What it will speak is not known yet. */
        @Nullable QuicArrival arrived(QuicChannel channel, InetSocketAddress from);

        /** One that was let in speaks what is listened for here. */
        void secured(QuicArrival arrival);
    }

    /** Takes the streams that a connection's peer opens. */
    interface Incoming {
        /** Where a channel has it. */
        AttributeKey<Incoming> KEY = AttributeKey.valueOf(Incoming.class, "incoming");

        /** A stream, which is not read yet. */
        void arrived(QuicStreamChannel stream);
    }

    /** Takes what shares the port with QUIC: STUN, whose packets begin with 0 to 3, and DTLS, whose begin with 20 to 63. */
    @FunctionalInterface
    interface Datagrams {
        /** A packet, lent for the call; on the socket's loop. */
        void received(InetSocketAddress from, ByteBuf packet);
    }

    QuicSocket(NettyLoop loop, NettyLoops loops, Owner owner) {
        this.loop = loop;
        this.loops = loops;
        this.owner = owner;
        long patience = Math.min(MOVED_PATIENCE_NANOS, owner.limits().keepAliveReplyNanos());
        this.demux = new QuicDemux(loop, () -> entrance() != null, patience);
    }

    NettyLoop loop() {
        return loop;
    }

    /** Who hears from now on of arrivals that speak this, null for nobody; false if somebody else does. */
    boolean arrivals(QuicTls.Application spoken, @Nullable Arrivals who) {
        if (who != null && arrivals[spoken.ordinal()] != null) return false;
        arrivals[spoken.ordinal()] = who;
        return true;
    }

    /** Who hears of arrivals that speak this; null for nobody. */
    @Nullable Arrivals arrivals(QuicTls.Application spoken) {
        return arrivals[spoken.ordinal()];
    }

    /** Who lets arrivals in. */
    private @Nullable Arrivals entrance() {
        for (Arrivals a : arrivals) if (a != null) return a;
        return null;
    }

    /** Who takes STUN and DTLS from now on, null for nobody, and then they are dropped; false if somebody else does. */
    boolean datagrams(@Nullable Datagrams who) {
        return demux.datagrams(who);
    }

    /** Sends a packet of who takes {@link #datagrams} with the next {@link #flush}; one for which there is no room now is lost. */
    void write(InetSocketAddress to, ByteBuf packet) {
        Channel c = channel();
        if (c.isWritable()) c.pipeline().context(QuicDemux.class).write(new DatagramPacket(packet, to));
        else packet.release();
    }

    void flush() {
        channel().pipeline().context(QuicDemux.class).flush(); // QUIC's codecs have a mind of their own about it
    }

    ByteBufAllocator alloc() {
        return channel().alloc();
    }

    private Channel channel() {
        ChannelFuture f = binding;
        if (f == null || !f.isSuccess()) throw new IllegalStateException("not bound");
        return f.channel();
    }

    InetSocketAddress bound() {
        InetSocketAddress b = bound;
        if (b == null) throw new IllegalStateException("not bound");
        return b;
    }

    /** Where it is bound, null before; legal from any thread. */
    @Nullable InetSocketAddress boundOrNull() {
        return bound;
    }

    /** Begins to bind; {@code portIsOurs} if another of the node's sockets has that port. */
    void bind(InetSocketAddress at, boolean portIsOurs) {
        Bootstrap b = new Bootstrap().group(loop.events());
        loops.sockets().datagrams(b, at, portIsOurs);
        int size = loops.epoll() ? PAYLOAD_MAX * PACKETS_PER_READ : PAYLOAD_MAX + 1;
        b.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(size).maxMessagesPerRead(PACKETS_PER_READ));
        b.option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER).option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER);
        if (loops.epoll()) b.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, PAYLOAD_MAX);
        b.handler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel c) {
                c.attr(QuicTurn.KEY).set(demux.turn());
                c.pipeline().addLast(demux);
                if (!Quic.isAvailable()) return;
                // The client's is last, so that a connect reaches it: the server's refuses to.
                c.pipeline().addLast(QuicDemux.SERVER, server()).addLast(QuicDemux.CLIENT, client());
            }
        });
        ChannelFuture f = b.bind(at);
        binding = f;
        f.addListener(done -> {
            if (done.isSuccess()) bound = (InetSocketAddress) f.channel().localAddress();
        });
    }

    /** Calls back with this once it is bound, which has begun. */
    void whenBound(Callback<? super QuicSocket> done) {
        ChannelFuture f = binding;
        if (f == null) throw new IllegalStateException("not told to bind");
        f.addListener(ended -> {
            if (ended.isSuccess()) done.done(this, null);
            else done.done(null, CloseReason.of(CloseReason.Kind.REFUSED, String.valueOf(ended.cause().getMessage())));
        });
    }

    void close() {
        demux.closing();
        ChannelFuture f = binding;
        if (f != null) f.channel().close();
    }

    boolean isClosed() {
        ChannelFuture f = binding;
        return f != null && f.isDone() && !f.channel().isOpen();
    }

    /** One connection more lives here, of either side. */
    void joined(QuicChannel connection) {
        joined();
        connection.closeFuture().addListener(gone -> left());
    }

    /** One connection more, of who takes {@link #datagrams}; {@link #left} follows. */
    void joined() {
        connections++;
    }

    /** Connections and arrivals that live here. */
    int connections() {
        return connections;
    }

    /**
     * A connection has gone, maybe by a packet that was just read. The last one's socket closes in a task, when the reading is over:
     * Netty's epoll reads on by the number of a socket that was closed meanwhile, which may be that of another thread's file by then.
     */
    void left() {
        connections--;
        if (leaving && connections == 0) loop.execute(this::closeWhenIdle);
    }

    /** Closes with the last connection. */
    void closeWhenIdle() {
        leaving = true;
        if (connections == 0) close();
    }

    /** A new id for a connection that we dial. */
    byte[] dialledId() {
        return demux.ids().next(QuicIds.DIALLED);
    }

    /** Begins to connect under that id; cancelling the future gives it up. */
    QuicChannelBootstrap connecting(byte[] id) {
        QuicChannelBootstrap b = QuicChannel.newBootstrap(channel());
        b.localConnectionAddress(new QuicConnectionAddress(id));
        b.streamHandler(new Streams());
        if (loops.epoll()) b.option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, EpollQuicUtils.newSegmentedAllocator(SEGMENTS));
        b.streamOption(ChannelOption.AUTO_READ, false);
        return b;
    }

    /** How a connection closes that we dial under that id. */
    QuicFarewell farewell(QuicChannel dialled, byte[] id) {
        return demux.farewell(dialled, id);
    }

    private ChannelHandler server() {
        byte[] secret = new byte[SECRET];
        new SecureRandom().nextBytes(secret);
        QuicTokens tokens = owner.tokens(secret, demux.ids(), demux.routes(), loop);
        QuicServerCodecBuilder b = configured(new QuicServerCodecBuilder(), channel -> owner.serverEngine(this, channel))
                .tokenHandler(tokens)
                .resetTokenGenerator(tokens)
                .connectionIdAddressGenerator(demux.routes().ids())
                .activeConnectionIdLimit(QuicRoute.PATHS_MAX + 1) // and paths
                .streamOption(ChannelOption.AUTO_READ, false)
                .streamHandler(new Streams())
                .handler(new Entrance());
        if (loops.epoll()) b.option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, EpollQuicUtils.newSegmentedAllocator(SEGMENTS));
        return b.build();
    }

    private ChannelHandler client() {
        return configured(new QuicClientCodecBuilder(), owner::clientEngine).activeConnectionIdLimit(CLIENT_IDS).build();
    }

    private <B extends QuicCodecBuilder<B>> B configured(B b, Function<QuicChannel, QuicSslEngine> engines) {
        Limits limits = owner.limits();
        return b.sslEngineProvider(engines)
                .localConnectionIdLength(QuicIds.SIZE)
                .maxIdleTimeout(limits.keepAliveNanos() + limits.keepAliveReplyNanos(), TimeUnit.NANOSECONDS)
                // The library doubles these as a reader keeps up, to 24 MiB for a connection and 16 MiB for a stream.
                .initialMaxData(QuicOptions.CONNECTION_WINDOW)
                .initialMaxStreamDataBidirectionalLocal(QuicOptions.STREAM_WINDOW)
                .initialMaxStreamDataBidirectionalRemote(QuicOptions.STREAM_WINDOW)
                .initialMaxStreamsBidirectional(limits.streamsInboundPerConnectionMax())
                .initialMaxStreamsUnidirectional(QuicOptions.UNIDIRECTIONAL) // the library has no other number for each connection
                .initialMaxStreamDataUnidirectional(QuicOptions.UNIDIRECTIONAL_WINDOW)
                .datagram(QuicOptions.DATAGRAMS, QuicOptions.DATAGRAMS)
                .maxSendUdpPayloadSize(SEND_MAX)
                .maxRecvUdpPayloadSize(PAYLOAD_MAX)
                .congestionControlAlgorithm(QuicCongestionControlAlgorithm.CUBIC)
                .activeMigration(true);
    }

    /** Of a connection that may not come in, and is closed whatever else is wrong with it. */
    @ChannelHandler.Sharable
    private static final class Refused extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Not even worth a line of a log, which strangers could fill.
        }
    }

    /** Asks whether a connection may come in, as soon as there is a channel of it. */
    @ChannelHandler.Sharable
    private final class Entrance extends ChannelInitializer<QuicChannel> {
        @Override
        protected void initChannel(QuicChannel c) {
            Arrivals who = entrance();
            QuicRoute route = demux.routes().connected(c);
            if (route != null) c.pipeline().addLast(route);
            ChannelHandler handler = who == null || route == null ? null : who.arrived(c, route.peer());
            c.pipeline().addLast(handler == null ? REFUSED : handler);
            // In a task, when the library has read the packet and so can answer it.
            if (handler == null) c.eventLoop().execute(() -> c.close(false, CONNECTION_REFUSED, Unpooled.EMPTY_BUFFER));
        }
    }

    /** Gives streams that peers open to their connections. */
    @ChannelHandler.Sharable
    private static final class Streams extends ChannelInitializer<QuicStreamChannel> {
        @Override
        protected void initChannel(QuicStreamChannel stream) {
            Incoming to = stream.parent().attr(Incoming.KEY).get();
            if (to == null) stream.close();
            else to.arrived(stream);
        }
    }
}
