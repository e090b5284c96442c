package libp2p.netty;

import io.netty.handler.codec.quic.QuicChannel;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.Cancellable;
import libp2p.core.Rng;
import libp2p.core.Watch;
import libp2p.core.net.Accept;
import libp2p.core.net.Listener;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/** A socket's listener for WebTransport; its addresses change with the certificates. */
final class WtListener implements Listener, QuicSocket.Arrivals {
    private static final long LOOK_MILLIS = 10L * 60 * 1000; // clocks are set, machines sleep
    private static final long MILLI = 1_000_000L;

    private final WtTransport wt;
    private final QuicSocket socket;
    private final Accept accept;
    private final WtCertificates certificates;
    private final Rng rng;
    private @Nullable BoundAddresses addresses;
    private Cancellable timer = Cancellable.NONE;
    private boolean closed; // on the socket's loop

    WtListener(WtTransport wt, QuicSocket socket, Accept accept, WtCertificates certificates) {
        this.wt = wt;
        this.socket = socket;
        this.accept = accept;
        this.certificates = certificates;
        SecureRandom secure = new SecureRandom();
        this.rng = Rng.of(secure::nextBytes);
    }

    /** On the socket's loop, when that is bound; false if someone else has its arrivals. */
    boolean begin(NettyOptions options, Runnable known) {
        if (!socket.arrivals(QuicTls.Application.HTTP3, this)) return false;
        BoundAddresses a = new BoundAddresses(socket.loop(), socket.bound(), Proto.UDP, suffix(), options.sockets());
        addresses = a;
        a.begin(known);
        look(a);
        return true;
    }

    private void look(BoundAddresses a) {
        long now = wt.node().epochMillis();
        long millis = Math.max(1, Math.min(certificates.changesMillis(now) - now, LOOK_MILLIS));
        timer = socket.loop().schedule(millis * MILLI, () -> {
            a.suffix(suffix());
            look(a);
        });
    }

    private List<Component> suffix() {
        List<Component> all = new ArrayList<>(Multiaddr.of("/quic-v1/webtransport").components());
        for (Multihash h : certificates.advertised(wt.node().epochMillis())) all.add(Component.of(Proto.CERTHASH, h.bytes()));
        return all;
    }

    /** What is shown now. */
    HostCertificate certificate() {
        return certificates.shown(wt.node().epochMillis()).certificate();
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
            timer.cancel();
            socket.arrivals(QuicTls.Application.HTTP3, null);
            if (addresses != null) addresses.close();
            wt.quic().closed(socket);
        });
    }

    @Override
    public @Nullable QuicArrival arrived(QuicChannel channel, InetSocketAddress from) {
        return QuicArrival.admit(wt.quic(), socket, accept, channel, from, socket.bound());
    }

    @Override
    public void secured(QuicArrival arrival) {
        List<byte[]> told = certificates.told(wt.node().epochMillis());
        WtUpgrade.Ends ends = new WtUpgrade.Ends(
                arrival.local().encapsulate("/webtransport"), arrival.remote().encapsulate("/webtransport"), true, null, told);
        new WtUpgrade(wt, socket.loop(), arrival.channel(), ends, rng, (connection, failure) -> {
            if (connection != null) {
                arrival.finish();
                arrival.accepted(connection);
            } else if (failure != null) {
                arrival.failed(failure);
            }
        }).begin();
    }
}
