package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import libp2p.multiformats.Nullable;

/**
 * Gives each packet of a socket's to the codec that it is for, as its connection id tells; the server's by way of its routes.
 *
 * <p>What is no QUIC by its first byte (RFC 9443) is for {@link QuicSocket.Datagrams}. On its socket's loop.
 */
final class QuicDemux extends ChannelDuplexHandler implements QuicRoutes.Library {
    /** The names of the codecs. */
    static final String SERVER = "server";

    static final String CLIENT = "client";

    private static final int STUN_LAST = 3; // RFC 9443 2
    private static final int DTLS_FIRST = 20;
    private static final int DTLS_LAST = 63;
    private static final int LONG = 0x80;
    private static final int LONG_ID_AT = 6;
    private static final int SHORT = 0x40; // RFC 9000 17.3.1
    private static final int UNREADABLE = 64; // bytes; more than the library takes for too short
    private static final int FIRST_LEAST = 1200; // bytes of a client's first packet (RFC 9000 14.1): no answer is larger

    private record Shaking(byte[] id, InetSocketAddress here, InetSocketAddress there) {}

    private final NettyLoop loop;
    private final BooleanSupplier listens;
    private final QuicIds ids = new QuicIds();
    private final QuicRoutes routes;
    private final QuicTurn turn;
    private final Map<ByteBuf, QuicFarewell> unconfirmed = new HashMap<>(); // dialled connections, by their ids
    private final List<Shaking> shaking = new ArrayList<>(); // whose packets of the handshake were read
    private QuicSocket.@Nullable Datagrams datagrams;
    private @Nullable ChannelHandlerContext ctx;
    private boolean reading;
    private boolean readServer;
    private boolean readClient;

    /** For a socket of which {@code listens} says whether it takes new connections; {@code patienceNanos} is that of its routes. */
    QuicDemux(NettyLoop loop, BooleanSupplier listens, long patienceNanos) {
        this.loop = loop;
        this.listens = listens;
        this.routes = new QuicRoutes(ids, loop, patienceNanos, this);
        this.turn = new QuicTurn(loop);
    }

    QuicIds ids() {
        return ids;
    }

    QuicRoutes routes() {
        return routes;
    }

    QuicTurn turn() {
        return turn;
    }

    /** Who takes STUN and DTLS from now on, null for nobody, and then they are dropped; false if somebody else does. */
    boolean datagrams(QuicSocket.@Nullable Datagrams who) {
        if (who != null && datagrams != null) return false;
        datagrams = who;
        return true;
    }

    /** How a connection closes that we dial under that id. */
    QuicFarewell farewell(QuicChannel dialled, byte[] id) {
        return new QuicFarewell(dialled, Unpooled.wrappedBuffer(id), unconfirmed, () -> {
            InetSocketAddress there = (InetSocketAddress) dialled.remoteSocketAddress();
            if (there != null) stir(id, (InetSocketAddress) dialled.localSocketAddress(), there);
        });
    }

    /** The socket will close: no close of a connection waits any more. */
    void closing() {
        for (QuicFarewell f : List.copyOf(unconfirmed.values())) f.now();
    }

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
        QuicSocket.Datagrams who = datagrams;
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
        boolean fresh = isLong && number < 0 && listens.getAsBoolean() && b.readableBytes() >= FIRST_LEAST;
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
    private void stir(byte[] id, InetSocketAddress here, InetSocketAddress there) {
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
