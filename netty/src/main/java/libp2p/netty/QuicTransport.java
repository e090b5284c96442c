package libp2p.netty;

import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.Listener;
import libp2p.core.net.Role;
import libp2p.core.node.Node;
import libp2p.core.wire.Upgrades;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/** The QUIC of a node: its sockets, its certificate, and the making of connections. On the node's loop, but for what sockets ask. */
final class QuicTransport implements QuicSocket.Owner {
    /** Where a channel has what its handshake is about. */
    static final AttributeKey<QuicTls.Shake> SHAKE = AttributeKey.valueOf(QuicTransport.class, "shake");

    private final Node node;
    private final NettyLoops loops;
    private final NettyOptions options;
    private final QuicTls tls;
    private final Limits streamLimits;
    private final HostCertificates certificates = new HostCertificates(Tls.LIFE_MILLIS);
    private final UdpSockets sockets;
    private final AtomicInteger handshakes = new AtomicInteger(); // inbound, under way
    private volatile @Nullable HostCertificate own; // what was shown last

    QuicTransport(Node node, NettyLoops loops, NettyOptions options) {
        this.node = node;
        this.loops = loops;
        this.options = options;
        this.tls = new QuicTls(node);
        this.sockets = new UdpSockets(node.loop(), loops, this);
        this.streamLimits = node.limits().with().streamsInboundPerConnectionMax(2 * node.limits().streamsInboundPerConnectionMax()).build();
    }

    /** Whether it is {@code /ip4|ip6/…/udp/…/quic-v1} and nothing else. */
    static boolean is(Multiaddr a) {
        int at = Sockets.prefix(a, Proto.UDP);
        return at > 0 && a.components().size() == at + 1 && a.components().get(at).proto() == Proto.QUIC_V1;
    }

    static Multiaddr multiaddr(InetSocketAddress socket) {
        return Sockets.multiaddr(socket, Proto.UDP).encapsulate("/quic-v1");
    }

    @Nullable CloseReason unavailable() {
        if (Quic.isAvailable()) return null;
        return CloseReason.of(CloseReason.Kind.UNSUPPORTED, "no QUIC library for this machine: " + Quic.unavailabilityCause());
    }

    /** Runs {@code then} on the node's loop once there is a certificate to show. */
    private void withCertificate(Callback<Void> then) {
        Rng rng = node.random();
        certificates.await(node, node.loop(), rng, (made, failure) -> {
            if (made != null) own = made;
            then.done(null, failure);
        });
    }

    // ---- listening

    void listen(Multiaddr address, Accept accept, Callback<? super Listener> bound) {
        NettyLoop loop = loops.next();
        CloseReason no = unavailable();
        InetSocketAddress at = null;
        try {
            at = Sockets.socketAddress(address.unmapped());
        } catch (UnknownHostException e) {
            no = CloseReason.of(CloseReason.Kind.REFUSED, address + ": " + e.getMessage());
        }
        if (no != null || at == null) {
            CloseReason why = no;
            loop.execute(() -> bound.done(null, why));
            return;
        }
        InetSocketAddress where = at;
        withCertificate((none, failure) -> {
            if (failure != null) {
                loop.execute(() -> bound.done(null, failure));
                return;
            }
            sockets.listening(where, (socket, refused) -> {
                if (socket == null) {
                    bound.done(null, refused);
                    return;
                }
                QuicListener listener = new QuicListener(this, socket, accept);
                if (!listener.begin(options, () -> bound.done(listener, null))) {
                    node.loop().execute(() -> sockets.release(socket));
                    bound.done(null, CloseReason.of(CloseReason.Kind.REFUSED, where + " is listened on already"));
                }
            });
        });
    }

    /** A listener lets go of its socket; from any thread. */
    void closed(QuicSocket socket) {
        node.loop().execute(() -> sockets.release(socket));
    }

    // ---- dialling

    /** Connects as libp2p does. */
    Cancellable dial(Dial dial, Callback<? super Connection> done) {
        return dial(dial, new QuicTls.Shake(dial.expected()), QuicDial::identified, done);
    }

    /** Connects, with another idea of whom the certificate is of and what follows. */
    Cancellable dial(Dial dial, QuicTls.Shake shake, QuicDial.Secured then, Callback<? super Connection> done) {
        NettyLoop loop = loops.next();
        CloseReason no = unavailable();
        if (no == null && dial.role() == Role.RESPONDER) {
            no = CloseReason.of(CloseReason.Kind.UNSUPPORTED, "QUIC connects from one side only");
        }
        if (no != null) {
            CloseReason why = no;
            loop.execute(() -> done.done(null, why));
            return Cancellable.NONE;
        }
        QuicDial attempt = new QuicDial(this, dial, shake, then, done);
        withCertificate((none, failure) -> {
            if (failure == null) connect(attempt, dial.address());
            else attempt.fail(loop, failure);
        });
        return attempt;
    }

    private void connect(QuicDial attempt, Multiaddr to) {
        InetSocketAddress target;
        try {
            target = Sockets.socketAddress(to.unmapped());
            if (target.getPort() == 0) throw new UnknownHostException("port 0 cannot be dialled");
        } catch (UnknownHostException e) {
            attempt.fail(loops.next(), CloseReason.of(CloseReason.Kind.UNREACHABLE, String.valueOf(e.getMessage())));
            return;
        }
        sockets.reaching(target.getAddress(), (socket, failure) -> {
            if (socket != null) attempt.begin(socket, target);
            else if (failure != null) attempt.fail(loops.next(), failure);
        });
    }

    // ---- connections

    /** The sockets, which whoever else speaks over UDP shares; on the node's loop. */
    UdpSockets sockets() {
        return sockets;
    }

    Node node() {
        return node;
    }

    AtomicInteger handshakes() {
        return handshakes;
    }

    QuicTls tls() {
        return tls;
    }

    Upgrades upgrades() {
        if (node.upgrader() instanceof Upgrades u) return u;
        throw new IllegalStateException("the node has another upgrader");
    }

    /** QUIC bounds the peer's streams itself, and lets a next one in a moment before ours has heard of the last one's end. */
    Limits streamLimits() {
        return streamLimits;
    }

    @Override
    public Limits limits() {
        return node.limits();
    }

    @Override
    public QuicTokens tokens(byte[] secret, QuicIds ids, QuicRoutes routes, NettyLoop loop) {
        int many = limits().handshakesInboundMax() / 2;
        return new QuicTokens(node.crypto(), secret, loop::nanoTime, () -> handshakes.get() > many, ids::isServers, routes::address);
    }

    @Override
    public QuicSslEngine serverEngine(QuicSocket socket, QuicChannel channel) {
        if (socket.arrivals(QuicTls.Application.HTTP3) instanceof WtListener web) {
            boolean both = socket.arrivals(QuicTls.Application.LIBP2P) != null;
            return begun(channel, tls.answering(web.certificate(), both));
        }
        return engine(channel, true);
    }

    @Override
    public QuicSslEngine clientEngine(QuicChannel channel) {
        QuicTls.Shake shake = channel.attr(SHAKE).get();
        return shake != null && shake.isHashed() ? begun(channel, tls.http3()) : engine(channel, false);
    }

    private QuicSslEngine engine(QuicChannel channel, boolean server) {
        HostCertificate c = own;
        if (c == null) throw new IllegalStateException("no certificate");
        // Has a new one made when it is time; which is shown until then is the same.
        node.loop().execute(() -> {
            HostCertificate now = certificates.now(node, node.loop(), node.random());
            if (now != null) own = now;
        });
        return begun(channel, tls.context(c, server));
    }

    private QuicSslEngine begun(QuicChannel channel, QuicSslContext context) {
        QuicSslEngine engine = context.newEngine(channel.alloc());
        QuicTls.Shake shake = channel.attr(SHAKE).get();
        tls.begin(engine, shake == null ? QuicTls.Shake.ofAnyone() : shake);
        channel.closeFuture().addListener(closed -> tls.end(engine));
        return engine;
    }

    void stop() {
        sockets.stop();
    }
}
