package libp2p.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.Listener;
import libp2p.core.net.Role;
import libp2p.core.node.Node;
import libp2p.core.wire.Security;
import libp2p.core.wire.Upgrades;
import libp2p.core.wire.noise.Noise;
import libp2p.jvm.Threads;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Proto;

/**
 * The WebRTC-direct of a node: its certificate, its handshakes' threads, and the making of connections. On the node's loop, but for what
 * connections ask.
 */
final class RtcTransport {
    /** DTLS handshakes at a time; each blocks a thread until it is over or too late. */
    private static final int HANDSHAKES_MAX = 64;

    private static final long THREAD_IDLE_SECONDS = 10;
    private static final long MILLI = 1_000_000L;

    /** A handshake, which blocks. */
    interface Shake {
        DtlsRecords run() throws IOException, GeneralSecurityException;
    }

    private final Node node;
    private final NettyLoops loops;
    private final NettyOptions options;
    private final UdpSockets sockets;
    private final Security noise;
    private final RtcCertificate certificate;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0, HANDSHAKES_MAX, THREAD_IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), Threads.daemons("libp2p-dtls"));

    RtcTransport(Node node, NettyLoops loops, NettyOptions options, UdpSockets sockets) {
        this.node = node;
        this.loops = loops;
        this.options = options;
        this.sockets = sockets;
        this.noise = Noise.create(node.crypto(), node.random());
        this.certificate = RtcCertificate.of(HostSeeds.webRtc(node, options));
    }

    /** Whether it is {@code /ip4|ip6/…/udp/…/webrtc-direct}, with {@code /certhash/…} or without. */
    static boolean is(Multiaddr a) {
        int at = Sockets.prefix(a, Proto.UDP);
        List<Component> parts = a.components();
        if (at == 0 || parts.size() <= at || parts.get(at).proto() != Proto.WEBRTC_DIRECT) return false;
        for (int i = at + 1; i < parts.size(); i++) if (parts.get(i).proto() != Proto.CERTHASH) return false;
        return true;
    }

    static Multiaddr multiaddr(InetSocketAddress socket) {
        return Sockets.multiaddr(socket, Proto.UDP).encapsulate("/webrtc-direct");
    }

    // ---- facts, legal from any loop

    Node node() {
        return node;
    }

    Limits limits() {
        return node.limits();
    }

    RtcCertificate certificate() {
        return certificate;
    }

    Security noise() {
        return noise;
    }

    int securityMillis() {
        return (int) Math.min(Integer.MAX_VALUE, limits().securityNanos() / MILLI);
    }

    Upgrades upgrades() {
        if (node.upgrader() instanceof Upgrades u) return u;
        throw new IllegalStateException("the node has another upgrader");
    }

    /** Runs a handshake on a thread that may block, if one is free, and calls back on the loop. */
    void handshake(Loop home, Shake shake, Callback<? super DtlsRecords> done) {
        try {
            threads.execute(() -> {
                DtlsRecords records = null;
                CloseReason failure = null;
                try {
                    records = shake.run();
                } catch (IOException | GeneralSecurityException e) {
                    failure = CloseReason.of(CloseReason.Kind.VIOLATION, "DTLS: " + e.getMessage());
                } catch (RuntimeException e) {
                    // The library's parsers throw such at malformed messages.
                    failure = CloseReason.of(CloseReason.Kind.VIOLATION, "DTLS: " + e);
                }
                DtlsRecords made = records;
                CloseReason why = failure;
                home.execute(() -> done.done(made, why));
            });
        } catch (RejectedExecutionException e) {
            home.execute(() -> done.done(null, CloseReason.of(CloseReason.Kind.REFUSED, "too many DTLS handshakes")));
        }
    }

    // ---- listening

    void listen(Multiaddr address, Accept accept, Callback<? super Listener> bound) {
        InetSocketAddress at;
        try {
            at = Sockets.socketAddress(address.unmapped());
        } catch (UnknownHostException e) {
            CloseReason why = CloseReason.of(CloseReason.Kind.REFUSED, address + ": " + e.getMessage());
            loops.next().execute(() -> bound.done(null, why));
            return;
        }
        sockets.listening(at, (socket, refused) -> {
            if (socket == null) {
                bound.done(null, refused);
                return;
            }
            RtcListener listener = new RtcListener(this, socket, accept);
            if (!listener.begin(options, () -> bound.done(listener, null))) {
                closed(socket);
                bound.done(null, CloseReason.of(CloseReason.Kind.REFUSED, at + " is listened on already"));
            }
        });
    }

    /** A listener lets go of its socket; from any thread. */
    void closed(QuicSocket socket) {
        node.loop().execute(() -> sockets.release(socket));
    }

    // ---- dialling

    Cancellable dial(Dial dial, Callback<? super Connection> done) {
        NettyLoop loop = loops.next();
        List<Multihash> hashes = WtTransport.hashes(dial.address());
        CloseReason no = dial.role() == Role.RESPONDER
                ? CloseReason.of(CloseReason.Kind.UNSUPPORTED, "WebRTC-direct connects from one side only")
                : null;
        InetSocketAddress to = null;
        try {
            to = Sockets.socketAddress(dial.address());
            if (to.getPort() == 0) throw new UnknownHostException("port 0 cannot be dialled");
            if (hashes.isEmpty()) throw new UnknownHostException("no /certhash of SHA-256 in " + dial.address());
        } catch (UnknownHostException e) {
            no = CloseReason.of(CloseReason.Kind.UNREACHABLE, String.valueOf(e.getMessage()));
        }
        if (no != null || to == null) {
            CloseReason why = no;
            loop.execute(() -> done.done(null, why));
            return Cancellable.NONE;
        }
        RtcDial attempt = new RtcDial(this, loop, dial, to, hashes, done);
        loop.execute(() -> attempt.begin(loops));
        return attempt;
    }

    void stop() {
        threads.shutdownNow();
    }
}
