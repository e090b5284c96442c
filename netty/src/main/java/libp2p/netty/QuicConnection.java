package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;
import io.netty.handler.codec.quic.QuicStreamType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.net.Limits;
import libp2p.core.net.OpenOptions;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.KnownConnection;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.Upgrades;
import libp2p.multiformats.Nullable;

/**
 * A QUIC connection, of libp2p's own (specs/quic/README.md) or that of a WebTransport session: its encryption and streams are the
 * transport's own.
 *
 * <p>Codes are 32 bits, but the library sends 31: larger ones become {@link Codes#CODE_OUT_OF_RANGE}.
 */
final class QuicConnection extends KnownConnection implements QuicSocket.Incoming {
    /** Between looks at streams whose bytes lie unread, and at losses. */
    private static final long LOOK_NANOS = 250_000_000L;

    private static final byte[] NOTHING = {};
    private static final List<String> PING = List.of("/ipfs/ping/1.0.0");

    private final QuicChannel channel;
    private final QuicForm form;
    private final QuicSession session;
    private final Runnable release;
    private Cancellable keepAlive = Cancellable.NONE;
    private Cancellable looking = Cancellable.NONE;
    private long lost; // packets, when looked at last
    private int datagramMax; // that the peer takes, with the number of its stream; 0 for none
    private @Nullable CloseReason told; // how it was closed
    private boolean gone; // carries nothing any more

    QuicConnection(Facts facts, Upgrades.Place place, Limits streams, QuicChannel channel, QuicForm form) {
        super(facts, place.surroundings(), place.scope());
        this.channel = channel;
        this.form = form;
        this.release = place.release();
        Muxer.Context context = new Muxer.Context(
                this,
                !facts.inbound(),
                (Stream s) -> inboundStream(),
                () -> {},
                () -> {},
                reason -> loop().execute(() -> closeRaw(reason)),
                1,
                place.workspace(),
                streams,
                place.scope(),
                place.surroundings().observer());
        this.session = new QuicSession(context, channel, form);
    }

    /** The code as the library can send it. */
    static int code(long code) {
        long c = Codes.checked(code);
        return (int) (c > Integer.MAX_VALUE ? Codes.CODE_OUT_OF_RANGE : c);
    }

    /** Begins; on the channel's loop, which is this connection's. */
    void start() {
        channel.pipeline().addLast(new Tail());
        surroundings().observer().connected(this);
        scheduleKeepAlive();
        scheduleLook();
    }

    QuicChannel channel() {
        return channel;
    }

    /** What the peer takes as datagrams, told before there was a connection. */
    void datagramMax(int bytes) {
        datagramMax = bytes;
        session.datagramMax(bytes);
    }

    @Override
    public void arrived(QuicStreamChannel stream) {
        if (gone) {
            stream.close();
        } else if (stream.type() == QuicStreamType.UNIDIRECTIONAL) { // there is credit for such for HTTP/3's sake
            stream.close();
            closeRaw(CloseReason.of(new Violation("a unidirectional stream")));
        } else {
            session.arrived(stream);
        }
    }

    /** The peer has closed it otherwise than by closing the channel, which is closed now. */
    void peerClosed(CloseReason reason) {
        if (told == null) told = reason;
        ended();
    }

    // ---- time

    private void scheduleKeepAlive() {
        keepAlive = loop().schedule(surroundings().limits().keepAliveNanos() / 2, this::keepAlive);
    }

    /** The library has no PING: a datagram of one byte does, which the peer drops, or else a ping of libp2p. */
    private void keepAlive() {
        if (end() != null) return;
        stir();
        scheduleKeepAlive();
    }

    /** Has the library send. */
    private void stir() {
        if (datagramMax > 0) channel.writeAndFlush(channel.alloc().directBuffer().writeBytes(form.keepAlive()));
        else open(PING, OpenOptions.LIMITED, new Ping());
    }

    /**
     * The library sends again what was lost, unless it finds so while it sends, which it does when the loop was late for its timer (Netty
     * 4.2.18, {@code QuicheQuicChannel.scheduleTimeout}): then it waits until it has something else to send.
     */
    private void stirWhenLost() {
        QuicConnectionStats s = channel.collectStats().getNow();
        if (s == null || s.lost() == lost) return;
        lost = s.lost();
        stir();
    }

    private static final class Ping implements StreamHandler {
        private static final int SIZE = 32;

        @Override
        public void onOpen(Stream s) {
            s.write(new Buf(new byte[SIZE]));
            s.finish();
        }

        @Override
        public void onData(Stream s, Buf data) {
            data.skip(data.size());
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }
    }

    private void scheduleLook() {
        looking = loop().schedule(LOOK_NANOS, () -> {
            if (end() != null) return;
            session.look();
            stirWhenLost();
            scheduleLook();
        });
    }

    // ---- KnownConnection

    @Override
    protected Cancellable openRaw(StreamHandler handler) {
        return session.open(handler);
    }

    @Override
    protected void drainRaw(long code) {
        if (!gone) session.drain(code);
    }

    @Override
    protected void closeRaw(CloseReason reason) {
        if (gone) return;
        told = reason;
        session.turn().end(session); // what was written goes before the close
        form.close(channel, reason); // first: streams that end before it are reset one by one
        quit(reason);
        if (!QuicFarewell.waits(channel)) leave(reason); // else when the channel has gone
    }

    /** The channel is gone, whoever did it. */
    private void ended() {
        CloseReason reason = told;
        if (reason == null && channel.isTimedOut()) reason = CloseReason.of(CloseReason.Kind.TIMED_OUT, "the peer is silent");
        leave(reason == null ? CloseReason.of(CloseReason.Kind.LOST, "the connection is gone") : reason);
    }

    /** Carries nothing any more. */
    private void quit(CloseReason reason) {
        if (gone) return;
        gone = true;
        keepAlive.cancel();
        looking.cancel();
        session.close(reason);
        session.dispose();
    }

    private void leave(CloseReason reason) {
        quit(reason);
        if (end() != null) return;
        over(reason);
        release.run();
    }

    /** What the library tells of the connection. */
    private final class Tail extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof ByteBuf datagram)) {
                ctx.fireChannelRead(message);
                return;
            }
            try {
                if (!gone) session.arrived(datagram);
            } catch (Violation v) {
                closeRaw(CloseReason.of(v));
            } finally {
                datagram.release();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof QuicStreamLimitChangedEvent) {
                session.moreStreams();
            } else if (event instanceof QuicDatagramExtensionEvent datagrams) {
                datagramMax(datagrams.maxLength());
            } else if (event instanceof QuicConnectionCloseEvent close) {
                if (!gone) told = form.reason(close);
                ended(); // now, and not when the library has forgotten the connection
                ctx.close();
            }
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            ended();
            ctx.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (told == null) told = CloseReason.of(CloseReason.Kind.LOST, String.valueOf(cause.getMessage()));
            ctx.close();
        }
    }

    /** Of a close without a word the library has no bytes, and fails to give them. */
    static byte[] text(QuicConnectionCloseEvent close) {
        try {
            return close.reason();
        } catch (NullPointerException e) {
            return NOTHING;
        }
    }

    static CloseReason reason(QuicConnectionCloseEvent close) {
        String text = new String(text(close), StandardCharsets.UTF_8);
        if (close.isApplicationClose()) return CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, close.error() & Codes.MAX, text);
        String error = "the peer's QUIC closed with error 0x" + Integer.toHexString(close.error());
        return CloseReason.of(CloseReason.Kind.LOST, text.isEmpty() ? error : error + ": " + text);
    }
}
