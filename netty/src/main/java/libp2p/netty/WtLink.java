package libp2p.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.http3.Http3Settings;
import io.netty.handler.codec.http3.Http3SettingsFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import libp2p.core.CloseReason;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * A QUIC connection that speaks HTTP/3 and carries one session: requests go to the library's codec, the session's streams past it.
 *
 * <p>Streams that come before anybody takes them wait unread.
 */
final class WtLink implements QuicSocket.Incoming, WtSniffer.Owner {
    /** Hears what happens. */
    interface Owner {
        /** The peer's settings. */
        void settings(Http3Settings theirs);

        /** The handler of a request of the peer's. */
        ChannelHandler request();

        /** The peer broke the rules, and the channel is closed. */
        void failed(CloseReason why);

        /** The channel is gone. */
        void gone();
    }

    /** Streams that may come before their session, or before it is known whose they are. */
    static final int EARLY_MAX = 64;

    /** Unidirectional streams in all, of which HTTP/3 has three and libp2p none: the library keeps something of each. */
    static final int UNIDIRECTIONAL_MAX = 64;

    private static final String CODEC = "http3";
    private static final String BEHIND = "behind-http3";

    private final QuicChannel channel;
    private final boolean server;
    private final Owner owner;
    private final ArrayDeque<WtSniffer> waiting = new ArrayDeque<>();
    private long session = -1;
    private QuicSocket.@Nullable Incoming taker;
    private int unidirectional;
    private boolean over;

    WtLink(QuicChannel channel, boolean server, Owner owner) {
        this.channel = channel;
        this.server = server;
        this.owner = owner;
    }

    /** Begins to speak HTTP/3. */
    void begin() {
        channel.attr(KEY).set(this);
        ChannelHandler codec = server
                ? new Http3ServerConnectionHandler(
                        new Requests(), new Control(), Other::new, WtDialect.settings(), true, WtDialect::anySetting)
                : new Http3ClientConnectionHandler(new Control(), null, Other::new, WtDialect.settings(), true, WtDialect::anySetting);
        channel.pipeline().addLast(new Router()).addLast(CODEC, codec).addLast(BEHIND, new Behind());
    }

    /** The session is that one: whatever is of another is a violation. */
    void session(long id) {
        session = id;
    }

    /** Who takes the session's streams from now on, those that wait first; null lets them wait. */
    void taker(QuicSocket.@Nullable Incoming who) {
        taker = who;
        while (taker != null && !waiting.isEmpty()) give(waiting.remove());
    }

    private void give(WtSniffer stream) {
        QuicSocket.Incoming who = taker;
        if (who == null) throw new IllegalStateException("nobody takes it");
        who.arrived(stream.stream());
        stream.release();
    }

    // ---- streams of the peer's

    @Override
    public void arrived(QuicStreamChannel stream) {
        if (stream.type() == QuicStreamType.BIDIRECTIONAL) {
            stream.pipeline().addLast(new WtSniffer(stream, this));
        } else {
            stream.pipeline().addLast(new Quiet());
            stream.eventLoop().execute(() -> stream.config().setAutoRead(true));
        }
    }

    @Override
    public void request(WtSniffer sniffer) {
        if (!server) {
            failed(new Violation("a request of a server's"));
            return;
        }
        ChannelHandlerContext codec = channel.pipeline().context(CODEC);
        try {
            ((ChannelInboundHandler) codec.handler()).channelRead(codec, sniffer.stream());
        } catch (Exception e) {
            throw new IllegalStateException(e); // by its signature only
        }
        sniffer.release();
        sniffer.stream().eventLoop().execute(() -> sniffer.stream().config().setAutoRead(true));
    }

    @Override
    public void stream(WtSniffer sniffer, long of) {
        if (session >= 0 && of != session) {
            failed(new Violation("a stream of another session"));
        } else if (taker != null) {
            give(sniffer);
        } else if (waiting.size() == EARLY_MAX) {
            failed(new Violation("too many streams before there is anybody for them"));
        } else {
            session = of;
            waiting.add(sniffer);
        }
    }

    @Override
    public void cut(WtSniffer sniffer) {
        if (channel.isOpen()) failed(new Violation("a stream without a beginning")); // the library keeps something of each
    }

    @Override
    public void failed(Violation why) {
        if (over) return;
        over = true;
        CloseReason reason = CloseReason.of(why);
        QuicFarewell.close(channel, WtCodes.GENERAL_PROTOCOL_ERROR, Unpooled.EMPTY_BUFFER);
        owner.failed(reason);
    }

    /** Sends streams past the codec that are to be looked at first; drops datagrams, for which libp2p has no use. */
    private final class Router extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!(message instanceof QuicStreamChannel stream)) {
                ReferenceCountUtil.release(message);
            } else if (stream.type() == QuicStreamType.BIDIRECTIONAL) {
                ctx.pipeline().context(BEHIND).fireChannelRead(stream);
            } else {
                if (++unidirectional > UNIDIRECTIONAL_MAX) failed(new Violation("too many unidirectional streams"));
                ctx.fireChannelRead(stream);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            owner.gone();
            ctx.fireChannelInactive();
        }
    }

    /** What the codec passes on. */
    private static final class Behind extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof QuicStreamChannel stream && stream.isRegistered()) return; // it had to wait for its first bytes
            ctx.fireChannelRead(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** Leaves it to the codec to close the connection where it finds fault. */
    private static class Quiet extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // It has, or the stream was reset, and nobody minds.
        }
    }

    /** The peer's control stream, behind the codec. */
    private final class Control extends Quiet {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http3SettingsFrame frame) owner.settings(frame.settings());
            ReferenceCountUtil.release(message);
        }
    }

    /** A unidirectional stream that is none of HTTP/3's own. */
    private static final class Other extends Quiet {
        private final long type;

        Other(long type) {
            this.type = type;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            if (type == WtHeader.UNIDIRECTIONAL) ((QuicStreamChannel) ctx.channel()).shutdownInput(WtCodes.STREAM_REJECTED);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }
    }

    private final class Requests extends ChannelInitializer<QuicStreamChannel> {
        @Override
        protected void initChannel(QuicStreamChannel stream) {
            stream.pipeline().addLast(owner.request());
        }
    }
}
