package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * Reads the beginning of a bidirectional stream of the peer's, byte by byte so that nothing behind it is read, and says whose it is. Until
 * it is released nothing more is read.
 */
final class WtSniffer extends ChannelInboundHandlerAdapter {
    /** Hears whose a stream is, once. */
    interface Owner {
        /** A request of HTTP/3. */
        void request(WtSniffer stream);

        /** A stream of that session. */
        void stream(WtSniffer stream, long session);

        /** It ended before it said what it was. */
        void cut(WtSniffer stream);

        /** It is malformed. */
        void failed(Violation why);
    }

    private final QuicStreamChannel stream;
    private final Owner owner;
    private final QuicReads reads = new QuicReads();
    private final Buf header = new Buf(WtHeader.SIZE_MAX);
    private @Nullable ChannelHandlerContext context;
    private boolean told;
    private boolean ended; // and that is not passed on yet

    WtSniffer(QuicStreamChannel stream, Owner owner) {
        this.stream = stream;
        this.owner = owner;
    }

    QuicStreamChannel stream() {
        return stream;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        stream.config().setRecvByteBufAllocator(reads);
        reads.glance(true);
        stream.eventLoop().execute(stream::read); // when the channel is registered
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable()) {
                header.putU8(bytes.readByte());
                look();
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void look() {
        int start = header.start;
        long session;
        try {
            session = WtHeader.read(header);
        } catch (Violation v) {
            told = true;
            owner.failed(v);
            return;
        }
        if (session == WtHeader.MORE) return;
        told = true;
        if (session == WtHeader.REQUEST) {
            header.start = start;
            owner.request(this);
        } else {
            owner.stream(this, session);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!told) stream.read();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownReadComplete.INSTANCE) ended = true;
        if (ended && !told) cut();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        cut(); // reset
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cut();
    }

    private void cut() {
        if (told) return;
        told = true;
        owner.cut(this);
    }

    /** Lets the stream go on to the handlers behind; with the bytes that were read if they are not the session's header. */
    void release() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) throw new IllegalStateException("not in a pipeline");
        reads.glance(false);
        if (!header.isEmpty()) ctx.fireChannelRead(stream.alloc().buffer(header.size()).writeBytes(header.takeAll()));
        if (ended) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            ctx.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }
        ctx.pipeline().remove(this);
    }
}
