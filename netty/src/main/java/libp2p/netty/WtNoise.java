package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Role;
import libp2p.core.node.Node;
import libp2p.core.wire.Security;
import libp2p.multiformats.Nullable;

/**
 * Says who is at the other end: a Noise handshake on the session's first stream, which the client opens and begins, and in which the server
 * tells its certificates' hashes (specs/webtransport, "Security Handshake"). Its keys are of no further use.
 */
final class WtNoise extends ChannelInboundHandlerAdapter {
    private static final int WAITING_MAX = Security.Handshake.RECORD_MAX;
    private static final byte[] NO_PROLOGUE = {};

    private final NettyLoop loop;
    private final Callback<? super Security.Session> done;
    private final Security.Handshake handshake;
    private final byte[] prefix; // of the stream
    private final Buf received = new Buf(1024);
    private final Buf toSend = new Buf(Security.Handshake.RECORD_MAX);
    private @Nullable QuicStreamChannel stream;
    private boolean over;

    WtNoise(Node node, NettyLoop loop, Rng rng, Security noise, Role role, @Nullable PeerId expected, List<byte[]> certhashes,
            byte[] prefix, Callback<? super Security.Session> done) {
        this.loop = loop;
        this.done = done;
        this.prefix = prefix;
        this.handshake =
                noise.begin(new Security.Context(node, loop, rng, role, expected, List.of(), NO_PROLOGUE, certhashes), this::step);
    }

    /** The stream is there, with this as its handler. */
    void begin(QuicStreamChannel there) {
        stream = there;
        toSend.put(prefix);
        loop.execute(() -> there.config().setAutoRead(true));
        step();
    }

    /** Goes on, as far as it can. */
    private void step() {
        QuicStreamChannel s = stream;
        if (over || s == null) return;
        Security.Session session;
        try {
            session = handshake.step(received, toSend);
        } catch (Violation v) {
            fail(CloseReason.of(v));
            return;
        }
        received.compact();
        ChannelFuture written = null;
        if (!toSend.isEmpty()) {
            ByteBuf out = s.alloc().directBuffer(toSend.size()).writeBytes(toSend.array, toSend.start, toSend.size());
            toSend.clear();
            written = s.writeAndFlush(out);
        }
        if (session == null) return;
        over = true;
        session.dispose();
        if (written == null) s.shutdownOutput();
        else written.addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        done.done(session, null);
    }

    private void fail(CloseReason why) {
        if (over) return;
        dispose();
        done.done(null, why);
    }

    /** Gives it up. */
    void dispose() {
        if (over) return;
        over = true;
        handshake.dispose();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            int n = bytes.readableBytes();
            if (over) return; // nothing is said here any more
            if (received.size() + n > WAITING_MAX) {
                fail(CloseReason.of(new Violation("too much of a Noise handshake")));
                return;
            }
            received.grow(n);
            bytes.readBytes(received.array, received.end, n);
            received.end += n;
        } finally {
            ReferenceCountUtil.release(message);
        }
        step();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownReadComplete.INSTANCE) gaveUp();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        gaveUp();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gaveUp();
    }

    private void gaveUp() {
        fail(CloseReason.of(new Violation("the peer gave up the handshake")));
    }
}
