package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3Exception;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * A request for a session and, once it is granted, the session, which lives as long as the request's stream does
 * (draft-ietf-webtrans-http3-02 3).
 *
 * <p>The library sends codes of 31 bits, and those of an application take 47 in HTTP/3: resets of ours have none.
 */
final class WtSession extends Http3RequestStreamInboundHandler implements QuicForm, WtCapsules.Told {
    /** Hears what the peer says. */
    interface Owner {
        /** The request, or the answer to it. */
        void headers(WtSession session, Http3Headers headers);

        /** The session or the request is over. */
        void closed(WtSession session, CloseReason reason);

        /** The peer wants no new streams. */
        void draining(WtSession session);
    }

    /** How long a peer may take to hear that the session is over. */
    private static final long LINGER_MILLIS = 1000;

    private final Owner owner;
    private final WtCapsules capsules = new WtCapsules();
    private @Nullable QuicStreamChannel stream;
    private byte[] prefix = NOTHING;
    private byte[] keepAlive = ZERO;
    private boolean headersCame;
    private boolean begun;
    private boolean closing;
    private boolean over;

    WtSession(Owner owner) {
        this.owner = owner;
    }

    /** The session's number, which is its request's stream's. */
    long id() {
        return channel().streamId();
    }

    private QuicStreamChannel channel() {
        QuicStreamChannel s = stream;
        if (s == null) throw new IllegalStateException("no stream yet");
        return s;
    }

    /** Sends the request, or the answer. */
    void send(Http3Headers headers) {
        channel().writeAndFlush(new DefaultHttp3HeadersFrame(headers));
    }

    /** Sends an answer after which nothing follows. */
    void refuse(Http3Headers headers) {
        over = true;
        channel().writeAndFlush(new DefaultHttp3HeadersFrame(headers)).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
    }

    /** It was granted. */
    void begin() {
        begun = true;
        prefix = WtHeader.of(id());
        keepAlive = QuicVarint.put(new Buf(QuicVarint.SIZE_MAX), id() / 4).takeAll(); // RFC 9297 2.1, with nothing in it
    }

    // ---- what the peer says

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        stream = (QuicStreamChannel) ctx.channel();
    }

    @Override
    protected void channelRead(ChannelHandlerContext ctx, Http3HeadersFrame frame) {
        if (headersCame || over) return; // what comes behind a session says nothing
        headersCame = true;
        owner.headers(this, frame.headers());
    }

    @Override
    protected void channelRead(ChannelHandlerContext ctx, Http3DataFrame frame) {
        ByteBuf content = frame.content();
        byte[] bytes = new byte[content.readableBytes()];
        content.readBytes(bytes);
        frame.release();
        if (!begun || over) return;
        try {
            capsules.read(new Buf(bytes), this);
        } catch (Violation v) {
            ended(CloseReason.of(v));
        }
    }

    @Override
    public void closed(long code, String text) {
        ended(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, code, text));
    }

    @Override
    public void draining() {
        owner.draining(this);
    }

    @Override
    protected void channelInputClosed(ChannelHandlerContext ctx) {
        // The same as a close without code or text (5).
        ended(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, Codes.NONE, ""));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (ctx.channel().parent().isOpen()) ended(CloseReason.of(CloseReason.Kind.LOST, "the session's stream was reset"));
        ctx.fireChannelInactive();
    }

    @Override
    protected void handleQuicException(ChannelHandlerContext ctx, QuicException exception) {
        ended(CloseReason.of(CloseReason.Kind.LOST, "the session's stream was reset"));
    }

    @Override
    protected void handleHttp3Exception(ChannelHandlerContext ctx, Http3Exception exception) {
        ended(CloseReason.of(CloseReason.Kind.VIOLATION, Codes.PROTOCOL_VIOLATION, "HTTP/3: " + exception.getMessage()));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof QuicException q) handleQuicException(ctx, q);
        else if (cause instanceof Http3Exception h) handleHttp3Exception(ctx, h);
        else ended(CloseReason.of(CloseReason.Kind.VIOLATION, Codes.PROTOCOL_VIOLATION, "HTTP/3: " + cause.getMessage()));
    }

    private void ended(CloseReason reason) {
        if (over) return;
        over = true;
        if (closing) closeNow(channel().parent());
        else owner.closed(this, reason);
    }

    static void closeNow(QuicChannel channel) {
        QuicFarewell.close(channel, WtCodes.NO_ERROR, Unpooled.EMPTY_BUFFER);
    }

    // ---- QuicForm

    @Override
    public byte[] prefix() {
        return prefix;
    }

    @Override
    public int code(long code) {
        return WtCodes.REQUEST_CANCELLED;
    }

    @Override
    public long peerCode(long code) {
        return WtCodes.application(code);
    }

    @Override
    public byte[] keepAlive() {
        return keepAlive;
    }

    @Override
    public boolean datagrams() {
        return false; // browsers do not tell the numbers of streams
    }

    /** Says so in a capsule, and closes the channel when the peer has heard it or had time to. */
    @Override
    public void close(QuicChannel channel, CloseReason reason) {
        if (closing) return;
        closing = true;
        if (over || !begun) {
            closeNow(channel);
            return;
        }
        byte[] said = WtCapsules.close(Codes.checked(reason.code()), reason.detail());
        channel().writeAndFlush(new DefaultHttp3DataFrame(Unpooled.wrappedBuffer(said))).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        channel.eventLoop().schedule(() -> closeNow(channel), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public CloseReason reason(QuicConnectionCloseEvent close) {
        String text = new String(QuicConnection.text(close), StandardCharsets.UTF_8);
        if (close.isApplicationClose()) return CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, text);
        return QuicConnection.reason(close);
    }
}
