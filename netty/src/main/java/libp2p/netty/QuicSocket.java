package libp2p.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.net.Limits;
import libp2p.multiformats.Nullable;

/**
 * One UDP socket that connections are accepted on and dialled from.
 *
 * <p>The library has a codec for each side; whose a packet is, its connection id tells ({@link QuicIds}). What is no QUIC by its first byte
 * (RFC 9443) is for {@link Datagrams}. On its loop.
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
    private static final int STUN_LAST = 3; // RFC 9443 2
    private static final int DTLS_FIRST = 20;
    private static final int DTLS_LAST = 63;
    private static final int LONG = 0x80;
    private static final int LONG_ID_AT = 6;
    private static final int SHORT = 0x40; // RFC 9000 17.3.1
    private static final int UNREADABLE = 64; // bytes; more than the library takes for too short
    private static final int CONNECTION_REFUSED = 2; // RFC 9000 20.1
    private static final int CLIENT_IDS = 4; // of a server's, of which a client of ours uses one
    private static final long MOVED_PATIENCE_NANOS = 8_000_000_000L; // the library repeats a challenge after one, two and four seconds
    private static final int FIRST_LEAST = 1200; // bytes of a client's first packet (RFC 9000 14.1): no answer is larger

    private final NettyLoop loop;
    private final NettyLoops loops;
    private final Owner owner;
    private final QuicIds ids = new QuicIds();
    private final Demux demux = new Demux();
    private final QuicTurn turn;
    private final QuicRoutes routes;
    private final Map<ByteBuf, QuicFarewell> unconfirmed = new HashMap<>(); // dialled connections, by their ids
    private @Nullable ChannelFuture binding;
    private volatile @Nullable InetSocketAddress bound;
    private final @Nullable Arrivals[] arrivals = new Arrivals[QuicTls.Application.values().length];
    private @Nullable Datagrams datagrams;
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
        this.turn = new QuicTurn(loop);
        long patience = Math.min(MOVED_PATIENCE_NANOS, owner.limits().keepAliveReplyNanos());
        this.routes = new QuicRoutes(ids, loop, patience, demux);
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
        if (who != null && datagrams != null) return false;
        datagrams = who;
        return true;
    }

    /** Sends a packet of who takes {@link #datagrams} with the next {@link #flush}; one for which there is no room now is lost. */
    void write(InetSocketAddress to, ByteBuf packet) {
        Channel c = channel();
        if (c.isWritable()) c.pipeline().context(Demux.class).write(new DatagramPacket(packet, to));
        else packet.release();
    }

    void flush() {
        channel().pipeline().context(Demux.class).flush(); // QUIC's codecs have a mind of their own about it
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
                c.attr(QuicTurn.KEY).set(turn);
                c.pipeline().addLast(demux);
                if (!Quic.isAvailable()) return;
                // The client's is last, so that a connect reaches it: the server's refuses to.
                c.pipeline().addLast(Demux.SERVER, server()).addLast(Demux.CLIENT, client());
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
        for (QuicFarewell f : List.copyOf(unconfirmed.values())) f.now();
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
        return ids.next(QuicIds.DIALLED);
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

    /** How a connection that has that id closes. */
    QuicFarewell farewell(QuicChannel dialled, byte[] id) {
        return new QuicFarewell(dialled, () -> {
            InetSocketAddress there = (InetSocketAddress) dialled.remoteSocketAddress();
            if (there != null) demux.stir(id, (InetSocketAddress) dialled.localSocketAddress(), there);
        });
    }

    /** The handshake of a connection that has that id is over for us. */
    void dialled(byte[] id, QuicFarewell farewell) {
        farewell.await(Unpooled.wrappedBuffer(id), unconfirmed);
    }

    private ChannelHandler server() {
        byte[] secret = new byte[SECRET];
        new SecureRandom().nextBytes(secret);
        QuicTokens tokens = owner.tokens(secret, ids, routes, loop);
        QuicServerCodecBuilder b = configured(new QuicServerCodecBuilder(), channel -> owner.serverEngine(this, channel))
                .tokenHandler(tokens)
                .resetTokenGenerator(tokens)
                .connectionIdAddressGenerator(routes.ids())
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

    /** Gives each packet to the codec that it is for, the server's by way of its routes. */
    private final class Demux extends ChannelDuplexHandler implements QuicRoutes.Library {
        private static final String SERVER = "server";
        private static final String CLIENT = "client";

        private record Shaking(byte[] id, InetSocketAddress here, InetSocketAddress there) {}

        private final List<Shaking> shaking = new ArrayList<>(); // whose packets of the handshake were read
        private @Nullable ChannelHandlerContext ctx;
        private boolean reading;
        private boolean readServer;
        private boolean readClient;

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            ctx = added;
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext removed) {
            routes.close();
        }

        @Override
        public void channelRead(ChannelHandlerContext to, Object message) {
            DatagramPacket packet = (DatagramPacket) message;
            ByteBuf b = packet.content();
            reading = true;
            int size = QuicPackets.handshake(b);
            if (size > 0) channelRead(to, new DatagramPacket(b.readRetainedSlice(size), packet.recipient(), packet.sender()));
            int first = b.isReadable() ? b.getUnsignedByte(b.readerIndex()) : DTLS_FIRST - 1;
            if (first > DTLS_LAST) {
                boolean isLong = (first & LONG) != 0;
                boolean confirms = !isLong && !unconfirmed.isEmpty() && b.readableBytes() > QuicIds.SIZE;
                QuicFarewell waits = confirms ? unconfirmed.remove(b.slice(b.readerIndex() + 1, QuicIds.SIZE)) : null;
                quic(to, packet, isLong);
                if (waits != null) loop.execute(waits::confirmed);
                return;
            }
            if (first <= STUN_LAST || first >= DTLS_FIRST) give(packet);
            packet.release();
        }

        private void give(DatagramPacket packet) {
            Datagrams who = datagrams;
            if (who != null) loop.run(() -> who.received(packet.sender(), packet.content()));
        }

        private void quic(ChannelHandlerContext to, DatagramPacket packet, boolean isLong) {
            ByteBuf b = packet.content();
            int at = b.readerIndex() + (isLong ? LONG_ID_AT : 1);
            boolean whole = b.writerIndex() >= at + QuicIds.SIZE && (!isLong || b.getUnsignedByte(at - 1) == QuicIds.SIZE);
            long number = whole ? ids.number(b, at) : -1;
            if (isLong && (number == QuicIds.DIALLED || routes.isAt(number, packet.sender()))) {
                shaking.add(new Shaking(ByteBufUtil.getBytes(b, at, QuicIds.SIZE), packet.recipient(), packet.sender()));
            } else if (!isLong && !shaking.isEmpty()) {
                readComplete(to); // the library ends a handshake when it sends, and until then has no keys
            }
            boolean fresh = isLong && number < 0 && entrance() != null && b.readableBytes() >= FIRST_LEAST;
            if (!Quic.isAvailable() || !fresh && (isLong ? number < 0 : !whole)) {
                packet.release(); // a new one is nobody's where nobody listens
            } else if (number > QuicIds.DIALLED || fresh) {
                readServer = true;
                routes.arriving(packet, number);
            } else {
                readClient = true;
                give(to, CLIENT, packet);
            }
        }

        private void give(ChannelHandlerContext from, String codec, DatagramPacket packet) {
            ChannelHandlerContext to = from.pipeline().context(codec);
            turn.begin();
            try {
                ((ChannelInboundHandler) to.handler()).channelRead(to, packet);
            } catch (Exception e) {
                to.fireExceptionCaught(e);
            }
        }

        @Override
        public void read(DatagramPacket packet) {
            if (ctx == null) throw new IllegalStateException("a packet before the socket");
            give(ctx, SERVER, packet);
        }

        @Override
        public void readComplete() {
            if (ctx != null) complete(ctx, SERVER);
        }

        @Override
        public void write(ChannelHandlerContext to, Object message, ChannelPromise promise) {
            routes.leaving(to, (DatagramPacket) message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext to) {
            routes.flush(to);
            to.flush();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext from) {
            reading = false;
            readComplete(from);
        }

        private void readComplete(ChannelHandlerContext from) {
            if (readServer) complete(from, SERVER);
            if (readClient) complete(from, CLIENT);
            readServer = false;
            readClient = false;
            for (Shaking s : shaking) loop.execute(() -> stir(s.id, s.here, s.there));
            shaking.clear();
        }

        /**
         * Gives a connection a packet that nobody can read, so that the library looks after it: it tells that a handshake is over when the
         * next packet is there, which would be a round trip later.
         */
        void stir(byte[] id, InetSocketAddress here, InetSocketAddress there) {
            ChannelHandlerContext to = ctx;
            if (to == null || to.isRemoved() || reading) return;
            ByteBuf b = to.alloc().directBuffer(UNREADABLE).writeByte(SHORT).writeBytes(id);
            b.writeZero(UNREADABLE - b.readableBytes());
            quic(to, new DatagramPacket(b, here, there), false);
            readComplete(to);
        }

        private void complete(ChannelHandlerContext from, String codec) {
            ChannelHandlerContext to = from.pipeline().context(codec);
            turn.end();
            try {
                ((ChannelInboundHandler) to.handler()).channelReadComplete(to);
            } catch (Exception e) {
                to.fireExceptionCaught(e);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // The system's word that nobody receives at some address is not needed: the connection will find out by itself.
            if (cause instanceof RuntimeException) loop.observer().bug("a UDP packet", cause);
        }
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
            QuicRoute route = routes.connected(c);
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
