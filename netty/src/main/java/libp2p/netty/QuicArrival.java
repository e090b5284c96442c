package libp2p.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import java.net.InetSocketAddress;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Violation;
import libp2p.core.net.Accept;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** One who was admitted and has not shown who it is: counted, and given up when that takes too long. On its socket's loop. */
final class QuicArrival extends ChannelInboundHandlerAdapter {
    private final QuicTransport quic;
    private final QuicSocket socket;
    private final Accept accept;
    private final QuicChannel channel;
    private final Multiaddr local;
    private final Multiaddr remote;
    private final Cancellable timer;
    private int datagramMax;
    private boolean over;

    private QuicArrival(QuicTransport quic, QuicSocket socket, Accept accept, QuicChannel channel, Multiaddr local, Multiaddr remote) {
        this.quic = quic;
        this.socket = socket;
        this.accept = accept;
        this.channel = channel;
        this.local = local;
        this.remote = remote;
        quic.handshakes().incrementAndGet();
        socket.joined(channel);
        CloseReason late = CloseReason.of(CloseReason.Kind.TIMED_OUT, "security took too long");
        timer = socket.loop().schedule(quic.limits().securityNanos(), () -> fail(late));
    }

    /** One that was bound there lets in; null if it is not welcome. */
    static @Nullable QuicArrival admit(
            QuicTransport quic, QuicSocket socket, Accept accept, QuicChannel channel, InetSocketAddress from, InetSocketAddress bound) {
        Multiaddr local = QuicTransport.multiaddr(bound);
        Multiaddr remote = QuicTransport.multiaddr(from);
        try {
            if (accept.admit(local, remote) != null) return null;
        } catch (RuntimeException e) {
            socket.loop().observer().bug("admit " + remote, e);
            return null;
        }
        return new QuicArrival(quic, socket, accept, channel, local, remote);
    }

    QuicChannel channel() {
        return channel;
    }

    Multiaddr local() {
        return local;
    }

    Multiaddr remote() {
        return remote;
    }

    /** Whether it has come to something, or to nothing. */
    boolean isOver() {
        return over;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof QuicDatagramExtensionEvent datagrams) datagramMax = datagrams.maxLength();
        // Now, and not when the library has forgotten the connection, which takes it seconds.
        if (event instanceof QuicConnectionCloseEvent close) fail(QuicConnection.reason(close));
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (over) return;
        QuicTls.Application spoken = QuicTls.Application.of(channel.sslEngine());
        QuicSocket.Arrivals who = spoken == null ? null : socket.arrivals(spoken);
        if (who == null) fail(CloseReason.of(CloseReason.Kind.UNSUPPORTED, "nobody listens any more"));
        else who.secured(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        QuicTls.Shake shake = quic.tls().shake(channel.sslEngine());
        Violation v = shake == null ? null : shake.refused();
        fail(v == null ? CloseReason.of(CloseReason.Kind.LOST, "gone before it showed who it is") : CloseReason.of(v));
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The channel closes, and that is heard of.
    }

    /** Counts as a handshake no longer. */
    void finish() {
        over = true;
        timer.cancel();
        quic.handshakes().decrementAndGet();
        quic.tls().end(channel.sslEngine());
    }

    /** Has become a connection, which begins; after {@link #finish}. */
    void accepted(QuicConnection connection) {
        connection.datagramMax(datagramMax);
        connection.start();
        channel.pipeline().remove(this);
        accept.accepted(connection);
    }

    /** Is to be no connection, and is closed at once. */
    void fail(CloseReason why) {
        if (over) return;
        finish();
        channel.close(true, QuicConnection.code(why.code()), Unpooled.EMPTY_BUFFER);
        tell(why);
    }

    /** Is to be no connection; whoever says so closes the channel. */
    void failed(CloseReason why) {
        if (over) return;
        finish();
        tell(why);
    }

    private void tell(CloseReason why) {
        quic.node().observer().upgradeFailed(remote, true, "security", why);
        accept.failed(local, remote, why);
    }
}
