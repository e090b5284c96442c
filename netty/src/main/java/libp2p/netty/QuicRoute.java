package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicPathEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import libp2p.core.Cancellable;
import libp2p.multiformats.Nullable;

/**
 * Where the peer of one of a socket's server connections is, which may change (RFC 9000 9.3): a NAT forgets, a telephone leaves a network.
 *
 * <p>The library counts what is on its way by path, and sends most of that never again once it has left a path. So it knows the peer by one
 * unchanging name. Of the packets that come from another address one goes to it under a second name, and at once a newer one under the
 * first: if they are authentic, the library has a new path, which it challenges, and has moved back before it sends anything. A challenge
 * goes to nobody but the address that it is for. Until one is answered, that address gets no more than three times what came from it, and
 * nothing once the peer is heard from its last address again. On the socket's loop.
 */
final class QuicRoute extends ChannelInboundHandlerAdapter {
    /** How many paths the library has room for beside the first: one for each move, and one for each time that a challenge is repeated. */
    static final int PATHS_MAX = 15;

    private static final int AMPLIFICATION = 3; // RFC 9000 8

    /** How long a packet waits for a newer one: what a peer may take to acknowledge (RFC 9000 18.2). */
    private static final long HOLD_NANOS = 25_000_000L;

    /**
     * And how long one that leaves room for more than a challenge in what may be answered. Its sender waits for an acknowledgement and will
     * send again; and of what the library sends by a path before it moves back, it may not repeat what is lost.
     */
    private static final long HOLD_LARGE_NANOS = 1_000_000_000L;

    private static final int LARGE = QuicSocket.SEND_MAX / AMPLIFICATION + 1; // bytes

    /** When a challenge is repeated that the peer has had and not answered: at first, and then twice as long each time. */
    private static final long REPEAT_NANOS = 200_000_000L;

    private static final long NEVER = Long.MIN_VALUE;

    private final QuicRoutes routes;
    private final long number;
    private final @Nullable ByteBuf first;
    private final InetSocketAddress name;
    private InetSocketAddress peer;
    private int paths;
    private @Nullable Probe probe;
    private @Nullable InetSocketAddress candidate; // the name under which a packet of the probe's is being read
    private @Nullable DatagramPacket held;
    private Cancellable holding = Cancellable.NONE;
    private long elsewhereSince = NEVER; // that the peer has been heard only from addresses that have answered nothing
    private long elsewhereLast; // time that it was
    private @Nullable ChannelHandlerContext context;

    /** An address that the peer may have moved to. */
    private static final class Probe {
        private final InetSocketAddress address;
        private final Set<InetSocketAddress> names = new HashSet<>(); // of paths that the library has made of it
        private boolean latest = true; // the last packet came from there
        private long credit; // bytes
        private long sent; // challenges
        private long repeatAt;
        private long patience = REPEAT_NANOS;

        Probe(InetSocketAddress address) {
            this.address = address;
        }
    }

    /** The route of a connection with that number; {@code first} is the id that the peer chose for its first packets, if it did. */
    QuicRoute(QuicRoutes routes, long number, @Nullable ByteBuf first, InetSocketAddress peer) {
        this.routes = routes;
        this.number = number;
        this.first = first;
        this.peer = peer;
        this.name = QuicRoutes.name(number, 0);
    }

    long number() {
        return number;
    }

    @Nullable ByteBuf first() {
        return first;
    }

    InetSocketAddress name() {
        return name;
    }

    /** All that the library may call it. */
    List<InetSocketAddress> names() {
        List<InetSocketAddress> all = new ArrayList<>();
        for (int i = 0; i <= paths + 1; i++) all.add(QuicRoutes.name(number, i));
        return all;
    }

    /** Where it has shown that it is. */
    InetSocketAddress peer() {
        return peer;
    }

    // ---- packets that arrive

    /** Has a packet under an id of this connection read, or keeps it for a little. */
    void arriving(DatagramPacket packet) {
        InetSocketAddress from = packet.sender();
        Probe p = probe;
        if (from.equals(peer)) {
            elsewhereSince = NEVER;
            if (p != null) p.latest = false;
            routes.read(packet, name);
            return;
        }
        if (paths == PATHS_MAX || p != null && p.address.equals(from) && routes.now() < p.repeatAt) {
            readWithoutPath(packet);
            return;
        }
        DatagramPacket before = held;
        if (before == null || !before.sender().equals(from)) {
            hold(packet);
            if (before != null) routes.read(before, name);
            return;
        }
        release(null);
        probe(before);
        routes.read(packet, name);
    }

    /** One from elsewhere, which says something of the peer only if it is authentic: whoever has seen an id can send more under it. */
    private void readWithoutPath(DatagramPacket packet) {
        InetSocketAddress from = packet.sender();
        int size = packet.content().readableBytes();
        long before = received();
        routes.read(packet, name);
        if (received() == before || from.equals(peer)) return;
        Probe p = probe;
        if (p != null && p.address.equals(from)) {
            p.credit += (long) AMPLIFICATION * size;
            isThere(p);
        }
        isElsewhere(from);
    }

    /** How many authentic packets have come, copies not counted. */
    private long received() {
        ChannelHandlerContext c = context;
        QuicConnectionStats all = c == null ? null : ((QuicChannel) c.channel()).collectStats().getNow();
        return all == null ? 0 : all.recv();
    }

    private void isThere(Probe p) {
        if (!p.latest) p.sent = sent(p); // what the library has repeated meanwhile went to the last address
        p.latest = true;
    }

    private void isElsewhere(InetSocketAddress there) {
        long now = routes.now();
        boolean wasQuiet = now - elsewhereLast > routes.patienceNanos(); // and so was asked nothing, which it is now
        elsewhereLast = now;
        if (elsewhereSince == NEVER || wasQuiet && paths < PATHS_MAX) elsewhereSince = now;
        else if (now - elsewhereSince > routes.patienceNanos()) giveUp(there);
    }

    private void hold(DatagramPacket packet) {
        release(packet);
        long nanos = packet.content().readableBytes() < LARGE ? HOLD_NANOS : HOLD_LARGE_NANOS;
        holding = routes.schedule(nanos, () -> {
            release(null);
            probe(packet); // the library comes back with the next
            routes.readComplete();
        });
    }

    private void release(@Nullable DatagramPacket next) {
        holding.cancel();
        holding = Cancellable.NONE;
        held = next;
    }

    private void probe(DatagramPacket packet) {
        Probe before = probe;
        Probe p = before != null && before.address.equals(packet.sender()) ? before : new Probe(packet.sender());
        long credit = (long) AMPLIFICATION * packet.content().readableBytes(); // for the challenge, and so not given before
        InetSocketAddress second = QuicRoutes.name(number, paths + 1);
        routes.named(second, this);
        p.credit += credit;
        probe = p;
        candidate = second;
        routes.read(packet, second);
        if (candidate == null) {
            if (probe == p) isElsewhere(p.address);
            return;
        }
        candidate = null; // the packet was a copy, or not authentic
        p.credit -= credit;
        if (probe == p) probe = before;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        Probe p = probe;
        if (p != null && event instanceof QuicPathEvent.New path && path.remote().equals(candidate)) {
            candidate = null;
            isThere(p);
            paths++;
            p.names.add(path.remote());
            p.repeatAt = routes.now() + p.patience;
            p.patience *= 2;
        } else if (p != null && event instanceof QuicPathEvent.Validated path && p.names.contains(path.remote())) {
            peer = p.address;
            probe = null;
            elsewhereSince = NEVER;
        }
        ctx.fireUserEventTriggered(event);
    }

    /** The peer is there and cannot be followed: it is told, and can dial again. */
    private void giveUp(InetSocketAddress there) {
        peer = there;
        probe = null;
        elsewhereSince = NEVER;
        if (context == null) return;
        Channel channel = context.channel();
        context.fireExceptionCaught(new IOException("the peer has moved and answers no challenge"));
        channel.close(); // whoever heard of it: there is nothing more for an address that has answered nothing
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** The connection is gone. */
    void end() {
        if (held != null) held.release();
        release(null);
        context = null;
    }

    // ---- packets that leave

    /** Where to all go; null while it depends. What the library repeats of challenges when the peer is back where it was does no harm. */
    @Nullable InetSocketAddress settled() {
        Probe p = probe;
        return p == null || !p.latest && routes.now() >= p.repeatAt ? peer : null;
    }

    /** Whose challenge the next packet is, null if it is none: what the library has for a challenged path it sends first. */
    @Nullable InetSocketAddress challenged(int size) {
        Probe p = probe;
        if (p == null || p.sent == sent(p)) return null;
        p.sent++;
        p.credit -= size;
        return p.address;
    }

    /** How many packets the library has sent by paths to there. */
    private long sent(Probe p) {
        long sum = 0;
        for (int i = 0; context != null && i <= PATHS_MAX; i++) {
            QuicConnectionPathStats path = ((QuicChannel) context.channel()).collectPathStats(i).getNow();
            if (path != null && p.names.contains(path.peerAddress())) sum += path.sent();
        }
        return sum;
    }

    /** Where a packet of so many bytes goes that is no challenge. */
    InetSocketAddress leaving(int size) {
        Probe p = probe;
        if (p == null || !p.latest || p.credit < size) return peer;
        p.credit -= size;
        return p.address;
    }
}
