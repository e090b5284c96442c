package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import libp2p.core.Buf;
import libp2p.core.Codes;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.mux.MuxStream;
import libp2p.multiformats.Nullable;

/**
 * One QUIC stream over Netty's channel of it.
 *
 * <p>While {@link QuicOptions#UNREAD} bytes lie unread nothing is read, and so nothing credited to the peer. The library tells of a
 * STOP_SENDING only when something is written next, and not with which code.
 */
final class QuicStream extends MuxStream {
    /** The most bytes that one write takes; what the stream's window does not let pass of it waits in the library. */
    private static final int WRITE_MAX = 64 * 1024;

    private final QuicSession session;
    private final GenericFutureListener<Future<Void>> onWritten = this::written;
    private final GenericFutureListener<Future<Void>> onEnded = f -> refused(f.cause());
    private QuicReads reads = new QuicReads();
    private @Nullable QuicStreamChannel channel;
    private @Nullable ByteBuf held; // the last piece of what was written, until the turn ends: FIN may come and go with it
    private boolean waiting; // for the turn's end
    private int unsent; // writes that the library has not passed on yet
    private boolean wanting; // a write was short
    private boolean finishing; // what is unsent goes first
    private boolean ended; // our end, with FIN or a reset
    private boolean peerEnded;
    private boolean wasReset;
    private boolean reading; // a read of the channel was asked for and not answered

    QuicStream(QuicSession session, @Nullable StreamHandler handler) {
        super(session, handler);
        this.session = session;
    }

    boolean isOf(QuicSession session) {
        return this.session == session;
    }

    /** Opens it on the wire. */
    void create(QuicChannel connection) {
        connection.createStream(QuicStreamType.BIDIRECTIONAL, new Tail()).addListener((Future<QuicStreamChannel> f) -> {
            if (f.isSuccess()) attach(f.getNow());
            else if (!isEnded()) arrivedReset(Codes.NONE);
        });
    }

    /** The channel is there. */
    void attach(QuicStreamChannel c) {
        channel = c;
        if (c.config().getRecvByteBufAllocator() instanceof QuicReads there) reads = there; // its beginning was read already
        else c.config().setRecvByteBufAllocator(reads);
        if (isInbound()) c.pipeline().addLast(new Tail());
        if (wasReset) {
            c.shutdown(0);
            c.close();
            return;
        }
        session.numbered(c.streamId(), this);
        byte[] prefix = session.form().prefix();
        if (!isInbound() && prefix.length > 0) c.write(c.alloc().directBuffer(prefix.length).writeBytes(prefix));
        if (finishing) atTurnsEnd();
        if (wanting) writable();
        loop().execute(() -> read(c)); // when the stream has its place, and the channel is registered
    }

    private void read(QuicStreamChannel c) {
        if (reading || peerEnded || reads.glancing()) return;
        reading = true;
        c.read();
    }

    /** Whether more is read beside what the handler has left: a frame may come in pieces. */
    private boolean hasRoom() {
        return unreadSize() < QuicOptions.UNREAD;
    }

    // ---- what the handler does

    @Override
    protected int transmit(Buf source) {
        QuicStreamChannel c = channel;
        int before = source.size();
        while (c != null && !source.isEmpty()) {
            passOn(c);
            if (unsent > 0 || !c.isWritable()) break;
            int n = Math.min(source.size(), WRITE_MAX);
            held = c.alloc().directBuffer(n).writeBytes(source.array, source.start, n);
            source.skip(n);
            atTurnsEnd();
        }
        wanting = !source.isEmpty();
        return before - source.size();
    }

    private void atTurnsEnd() {
        if (waiting) return;
        waiting = true;
        session.turn().add(this);
    }

    /**
     * Passes on what was held back, with FIN if that has come. The library keeps a stream until its bytes are acknowledged, whether FIN is
     * or not: what goes with the last byte is sent again as that is. No packet is read now that could acknowledge bytes before a FIN of
     * its own is sent.
     */
    void turnEnded() {
        waiting = false;
        QuicStreamChannel c = channel;
        if (c == null) return;
        passOn(c);
        if (finishing && unsent == 0) passOnEnd(c);
    }

    private void passOn(QuicStreamChannel c) {
        ByteBuf piece = held;
        if (piece == null) return;
        held = null;
        unsent++;
        boolean last = finishing && !ended;
        ended |= last;
        c.write(last ? new DefaultQuicStreamFrame(piece, true) : piece).addListener(onWritten);
    }

    private void passOnEnd(QuicStreamChannel c) {
        if (ended) return;
        ended = true;
        c.shutdownOutput().addListener(onEnded);
    }

    private void written(Future<Void> f) {
        unsent--;
        QuicStreamChannel c = channel;
        if (!f.isSuccess()) refused(f.cause());
        else if (finishing && unsent == 0 && c != null) passOnEnd(c); // the bytes have waited, and are not sent yet
        else if (wanting) loop().execute(this::resume);
    }

    /** The peer has sent STOP_SENDING; or the connection is over, which is told elsewhere. */
    private void refused(@Nullable Throwable cause) {
        if (!(cause instanceof ChannelOutputShutdownException) || wasReset) return;
        ended = true;
        wasReset = true; // the library answers with a reset
        if (isEnded()) detach();
        else loop().execute(() -> arrivedStop(Codes.NONE));
    }

    private void resume() {
        QuicStreamChannel c = channel;
        if (c == null || !wanting || unsent > 0 || !c.isWritable()) return;
        wanting = false;
        writable();
    }

    @Override
    protected void transmitFinish() {
        finishing = true;
        wanting = false;
        if (unsent == 0) atTurnsEnd();
    }

    @Override
    protected void transmitReset(long code) {
        ended = true;
        wasReset = true;
        drop();
        QuicStreamChannel c = channel;
        if (c != null) c.shutdown(session.form().code(code));
    }

    @Override
    protected void transmitStop(long code) {
        QuicStreamChannel c = channel;
        if (c == null || peerEnded) return;
        wasReset = true; // the peer will answer with a reset
        peerEnded = true;
        c.shutdownInput(session.form().code(code));
        loop().execute(this::arrivedEnd);
    }

    @Override
    protected void credit(int n) {
        QuicStreamChannel c = channel;
        if (c != null && hasRoom()) read(c);
    }

    /** The stream is over: what the library would keep of it is given up, unless it still has to send. */
    void detach() {
        QuicStreamChannel c = channel;
        if (!wasReset && (ended || finishing) && peerEnded) return; // ends by itself when all is sent
        session.wasReset();
        wasReset = true;
        drop();
        if (c == null) return;
        if (!ended) c.shutdown(0);
        c.close();
    }

    private void drop() {
        if (held != null) held.release();
        held = null;
    }

    /** Looks whether the peer has reset a stream of which too much lies unread: the library tells it only to who reads. */
    void look() {
        QuicStreamChannel c = channel;
        if (c == null || peerEnded || reading || reads.glancing() || hasRoom()) return;
        reads.glance(true); // until the read is answered, which may be later
        c.read();
    }

    // ---- datagrams

    /** Its number on the wire; -1 while it has none. */
    long number() {
        QuicStreamChannel c = channel;
        return c == null ? -1 : c.streamId();
    }

    /** The same whatever the number, so that it does not change. */
    @Override
    public int datagramMax() {
        return !wasOpened() || finishedSending() || ended ? 0 : session.datagramMax();
    }

    @Override
    public boolean datagram(Buf data) {
        int max = datagramMax();
        QuicStreamChannel c = channel;
        if (c == null || max == 0 || data.size() > max) return false;
        passOn(c); // the peer knows the stream first
        return session.datagram(number(), data);
    }

    /** A datagram came beside it. */
    void heard(Buf data) {
        if (!peerEnded) arrivedDatagram(data);
    }

    // ---- what the channel tells

    private final class Tail extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            try {
                if (isEnded()) return;
                Buf copy = session.context().workspace().borrow();
                while (bytes.isReadable()) {
                    int n = Math.min(bytes.readableBytes(), copy.clear().room());
                    bytes.readBytes(copy.array, 0, n);
                    copy.end = n;
                    session.arrived(QuicStream.this, copy);
                }
                session.context().workspace().giveBack(copy);
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            reading = false;
            reads.glance(false); // before what follows: a handler that takes the byte gets the rest as ever
            QuicStreamChannel c = channel;
            if (c != null && hasRoom() && !isEnded()) read(c);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (wanting && ctx.channel().isWritable()) loop().execute(QuicStream.this::resume);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event != ChannelInputShutdownReadComplete.INSTANCE || peerEnded) return;
            peerEnded = true;
            arrivedEnd();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof QuicStreamResetException reset) {
                peerEnded = true;
                wasReset = true;
                arrivedReset(session.form().peerCode(reset.applicationProtocolCode()));
            } else if (!isEnded() && connectionLives(ctx)) {
                wasReset = true;
                arrivedReset(Codes.NONE);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!isEnded() && !(ended && peerEnded) && connectionLives(ctx)) arrivedReset(Codes.NONE);
        }

        /** Whether it is only the stream that ends; the end of a connection is told with its reason. */
        private boolean connectionLives(ChannelHandlerContext ctx) {
            return ctx.channel().parent().isOpen();
        }
    }
}
