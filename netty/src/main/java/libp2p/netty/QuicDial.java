package libp2p.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Violation;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.wire.KnownConnection;
import libp2p.core.wire.Upgrades;
import libp2p.multiformats.Nullable;

/** One attempt to connect: one connection of the library, whose outcome is the attempt's. On its socket's loop, but for {@link #cancel}. */
final class QuicDial extends ChannelInboundHandlerAdapter implements Cancellable {
    /** Makes a connection of what is encrypted now, and tells the attempt of it or of why there is none. */
    @FunctionalInterface
    interface Secured {
        void go(QuicDial attempt, NettyLoop home, QuicChannel channel);
    }

    private final QuicTransport quic;
    private final Dial dial;
    private final Callback<? super Connection> done;
    private final QuicTls.Shake shake;
    private final Secured then;
    private @Nullable QuicSocket socketOf;
    private byte[] id = {}; // that we have for the server
    private @Nullable QuicChannel channel;
    private @Nullable QuicFarewell farewell; // the channel's
    private @Nullable CloseReason told; // how the peer closed
    private int datagramMax;
    private boolean over;
    private volatile boolean cancelled;
    private volatile @Nullable NettyLoop loop; // the socket's, once there is one

    QuicDial(QuicTransport quic, Dial dial, QuicTls.Shake shake, Secured then, Callback<? super Connection> done) {
        this.quic = quic;
        this.dial = dial;
        this.shake = shake;
        this.then = then;
        this.done = done;
    }

    void begin(QuicSocket socket, InetSocketAddress target) {
        NettyLoop home = socket.loop();
        loop = home;
        if (cancelled) {
            fail(home, CloseReason.CANCELLED);
            return;
        }
        socketOf = socket;
        long most = quic.limits().connectNanos() + quic.limits().securityNanos();
        long nanos = dial.deadlineNanos() == 0 ? most : Math.min(most, dial.deadlineNanos() - home.nanoTime());
        if (nanos <= 0) {
            fail(home, CloseReason.of(CloseReason.Kind.TIMED_OUT, "the deadline has passed"));
            return;
        }
        int millis = (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
        id = socket.dialledId();
        Future<QuicChannel> connecting = socket.connecting(id)
                .remoteAddress(target)
                .attr(QuicTransport.SHAKE, shake)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
                .handler(this)
                .connect();
        connecting.addListener((Future<QuicChannel> ended) -> {
            if (ended.isSuccess() && farewell != null) farewell.await();
            if (!ended.isSuccess()) fail(home, reason(ended.cause()));
            else if (over) close(ended.getNow(), CloseReason.CANCELLED);
            else then.go(this, home, ended.getNow());
        });
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        QuicChannel c = (QuicChannel) ctx.channel();
        channel = c;
        QuicSocket s = socketOf;
        if (s == null) throw new IllegalStateException("a channel without a socket");
        farewell = s.farewell(c, id);
        s.joined(c);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof QuicDatagramExtensionEvent datagrams) datagramMax = datagrams.maxLength();
        if (event instanceof QuicConnectionCloseEvent close) told = QuicConnection.reason(close);
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The attempt fails of it, and that is heard of.
    }

    private CloseReason reason(Throwable cause) {
        Violation v = shake.refused();
        if (v != null) return CloseReason.of(v);
        if (cancelled) return CloseReason.CANCELLED;
        if (told != null) return told;
        boolean late = cause instanceof ConnectTimeoutException;
        return CloseReason.of(late ? CloseReason.Kind.TIMED_OUT : CloseReason.Kind.UNREACHABLE, String.valueOf(cause.getMessage()));
    }

    /** {@link Secured} for libp2p's own connections: the certificate has said who the peer is. */
    void identified(NettyLoop home, QuicChannel c) {
        PeerCertificate peer = shake.peer();
        if (peer == null) {
            fail(home, CloseReason.of(CloseReason.Kind.VIOLATION, "the peer showed no certificate"));
            return;
        }
        Upgrades.Place place;
        try {
            place = quic.upgrades().place(home, peer.id(), dial.address(), false);
        } catch (Violation v) {
            fail(home, CloseReason.of(v));
            return;
        }
        CloseReason no = place.refusal();
        if (no != null) {
            place.release().run();
            fail(home, no);
            return;
        }
        InetSocketAddress local = (InetSocketAddress) c.localSocketAddress();
        KnownConnection.Facts facts = new KnownConnection.Facts(
                home, peer.id(), peer.key(), QuicTransport.multiaddr(local), dial.address(), false, false, null, null);
        QuicConnection connection = new QuicConnection(facts, place, quic.streamLimits(), c, QuicForm.BARE);
        c.attr(QuicSocket.Incoming.KEY).set(connection);
        connected(connection);
    }

    /** It has become a connection, which begins. */
    void connected(QuicConnection connection) {
        QuicChannel c = channel;
        if (c == null) throw new IllegalStateException("a connection without a channel");
        over = true;
        quic.tls().end(c.sslEngine());
        connection.datagramMax(datagramMax);
        connection.start();
        c.pipeline().remove(this);
        done.done(connection, null);
    }

    /** There is no connection; whoever says so closes the channel. On the loop. */
    void failed(CloseReason why) {
        if (over) return;
        over = true;
        QuicChannel c = channel;
        if (c != null) quic.tls().end(c.sslEngine());
        done.done(null, why);
    }

    /**
     * With an application's code, which the library makes one of the transport's before the handshake is over (RFC 9000 10.2.3). A code of
     * the transport's would go in a packet of the handshake until the server has confirmed that, and no server reads such any more.
     */
    private static void close(QuicChannel c, CloseReason why) {
        QuicFarewell.close(c, QuicConnection.code(why.code()), Unpooled.EMPTY_BUFFER);
    }

    /** Ends the attempt and closes its channel, in a task on that loop. */
    void fail(NettyLoop home, CloseReason why) {
        home.execute(() -> {
            if (over) return;
            over = true;
            QuicChannel c = channel;
            if (c != null) {
                quic.tls().end(c.sslEngine());
                close(c, why);
            }
            done.done(null, why);
        });
    }

    @Override
    public void cancel() {
        cancelled = true;
        NettyLoop home = loop;
        if (home == null) return; // begin will see it
        home.execute(() -> {
            // Not the library's future is cancelled, which it would then complete again, but the channel is closed.
            if (!over) fail(home, CloseReason.CANCELLED);
        });
    }
}
