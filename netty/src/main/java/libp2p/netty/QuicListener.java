package libp2p.netty;

import io.netty.handler.codec.quic.QuicChannel;
import java.net.InetSocketAddress;
import java.util.List;
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

/** A socket's listener for libp2p's own connections. */
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
        if (!socket.arrivals(QuicTls.Application.LIBP2P, this)) return false;
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
            socket.arrivals(QuicTls.Application.LIBP2P, null);
            if (addresses != null) addresses.close();
            quic.closed(socket);
        });
    }

    @Override
    public @Nullable QuicArrival arrived(QuicChannel channel, InetSocketAddress from) {
        return QuicArrival.admit(quic, socket, accept, channel, from, bound());
    }

    @Override
    public void secured(QuicArrival arrival) {
        QuicTls.Shake shake = quic.tls().shake(arrival.channel().sslEngine());
        PeerCertificate peer = shake == null ? null : shake.peer();
        if (peer == null) {
            arrival.fail(CloseReason.of(CloseReason.Kind.VIOLATION, "the peer showed no certificate"));
            return;
        }
        Upgrades.Place place;
        try {
            place = quic.upgrades().place(socket.loop(), peer.id(), arrival.remote(), true);
        } catch (Violation v) {
            arrival.fail(CloseReason.of(v));
            return;
        }
        CloseReason no = place.refusal();
        if (no != null) {
            place.release().run();
            arrival.fail(no);
            return;
        }
        arrival.finish();
        KnownConnection.Facts facts = new KnownConnection.Facts(
                socket.loop(), peer.id(), peer.key(), arrival.local(), arrival.remote(), true, false, null, null);
        QuicConnection connection = new QuicConnection(facts, place, quic.streamLimits(), arrival.channel(), QuicForm.BARE);
        arrival.channel().attr(QuicSocket.Incoming.KEY).set(connection);
        arrival.accepted(connection);
    }
}
