package libp2p.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import java.net.InetSocketAddress;
import java.util.List;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Violation;
import libp2p.core.Watch;
import libp2p.core.net.Accept;
import libp2p.core.net.Listener;
import libp2p.core.wire.KnownConnection;
import libp2p.core.wire.Upgrades;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/** A socket's listener: admits who arrives, waits for who that is, and makes connections. */
final class QuicListener implements Listener, QuicSocket.Arrivals {
    private final QuicTransport quic;
    private final QuicSocket socket;
    private final Accept accept;
    private @Nullable BoundAddresses addresses;
    private volatile @Nullable InetSocketAddress bound;
    private boolean closed; // on the socket's loop

    QuicListener(QuicTransport quic, QuicSocket socket, Accept accept) {
        this.quic = quic;
        this.socket = socket;
        this.accept = accept;
    }

    /** On the socket's loop, when that is bound; false if someone else has its arrivals. */
    boolean begin(NettyOptions options, Runnable known) {
        if (!socket.arrivals(this)) return false;
        InetSocketAddress at = socket.bound();
        bound = at;
        List<Component> suffix = Multiaddr.of("/quic-v1").components();
        BoundAddresses a = new BoundAddresses(socket.loop(), at, Proto.UDP, suffix, options.sockets());
        addresses = a;
        a.begin(known);
        return true;
    }

    QuicSocket socket() {
        return socket;
    }

    InetSocketAddress bound() {
        InetSocketAddress b = bound;
        if (b == null) throw new IllegalStateException("not bound");
        return b;
    }

    @Override
    public Watch<List<Multiaddr>> addresses() {
        BoundAddresses a = addresses;
        if (a == null) throw new IllegalStateException("not bound");
        return a.watch();
    }

    /** Takes no more; the socket goes with its last connection. */
    @Override
    public void close() {
        socket.loop().execute(() -> {
            if (closed) return;
            closed = true;
            socket.arrivals(null);
            if (addresses != null) addresses.close();
            quic.closed(socket);
        });
    }

    @Override
    public @Nullable ChannelHandler arrived(QuicChannel channel) {
        if (!(channel.remoteSocketAddress() instanceof InetSocketAddress from)) return null;
        Multiaddr local = QuicTransport.multiaddr(bound());
        Multiaddr remote = QuicTransport.multiaddr(from);
        try {
            if (accept.admit(local, remote) != null) return null;
        } catch (RuntimeException e) {
            socket.loop().observer().bug("admit " + remote, e);
            return null;
        }
        return new Arrival(channel, local, remote);
    }

    /** One who was admitted and has not shown who it is. */
    private final class Arrival extends ChannelInboundHandlerAdapter {
        private final QuicChannel channel;
        private final Multiaddr local;
        private final Multiaddr remote;
        private Cancellable timer;
        private int datagramMax;
        private boolean over;

        Arrival(QuicChannel channel, Multiaddr local, Multiaddr remote) {
            this.channel = channel;
            this.local = local;
            this.remote = remote;
            quic.handshakes().incrementAndGet();
            socket.joined(channel);
            CloseReason late = CloseReason.of(CloseReason.Kind.TIMED_OUT, "security took too long");
            timer = socket.loop().schedule(quic.limits().securityNanos(), () -> fail(late));
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof QuicDatagramExtensionEvent datagrams) datagramMax = datagrams.maxLength();
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (over) return;
            QuicTls.Shake shake = quic.tls().shake(channel.sslEngine());
            PeerCertificate peer = shake == null ? null : shake.peer();
            if (peer == null) {
                fail(CloseReason.of(CloseReason.Kind.VIOLATION, "the peer showed no certificate"));
                return;
            }
            Upgrades.Place place;
            try {
                place = quic.upgrades().place(socket.loop(), peer.id(), remote, true);
            } catch (Violation v) {
                fail(CloseReason.of(v));
                return;
            }
            CloseReason no = place.refusal();
            if (no != null) {
                place.release().run();
                fail(no);
                return;
            }
            finish();
            KnownConnection.Facts facts =
                    new KnownConnection.Facts(socket.loop(), peer.id(), peer.key(), local, remote, true, false, null, null);
            QuicConnection connection = new QuicConnection(facts, place, quic.streamLimits(), channel);
            connection.datagramMax(datagramMax);
            connection.start();
            ctx.pipeline().remove(this);
            accept.accepted(connection);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            QuicTls.Shake shake = quic.tls().shake(channel.sslEngine());
            Violation v = shake == null ? null : shake.refused();
            fail(v == null ? CloseReason.of(CloseReason.Kind.LOST, "gone before it showed who it is") : CloseReason.of(v));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // The channel closes, and that is heard of.
        }

        private void finish() {
            over = true;
            timer.cancel();
            quic.handshakes().decrementAndGet();
            quic.tls().end(channel.sslEngine());
        }

        private void fail(CloseReason why) {
            if (over) return;
            finish();
            channel.close(true, QuicConnection.code(why.code()), Unpooled.EMPTY_BUFFER);
            quic.node().observer().upgradeFailed(remote, true, "security", why);
            accept.failed(local, remote, why);
        }
    }
}
