package libp2p.netty;

import io.netty.handler.codec.quic.QuicChannel;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.net.Accept;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Listener;
import libp2p.core.node.Node;
import libp2p.core.wire.Security;
import libp2p.core.wire.noise.Noise;
import libp2p.multiformats.Component;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;
import libp2p.multiformats.Proto;

/**
 * The WebTransport of a node (specs/webtransport/README.md): HTTP/3 over the QUIC of {@link QuicTransport}, on the same sockets. On the
 * node's loop, but for what connections ask.
 */
final class WtTransport {
    private final Node node;
    private final NettyLoops loops;
    private final NettyOptions options;
    private final QuicTransport quic;
    private final Security noise;
    private @Nullable WtCertificates certificates; // made when somebody listens

    WtTransport(Node node, NettyLoops loops, NettyOptions options, QuicTransport quic) {
        this.node = node;
        this.loops = loops;
        this.options = options;
        this.quic = quic;
        this.noise = Noise.create(node.crypto(), node.random());
    }

    /** Whether it is {@code /ip4|ip6/…/udp/…/quic-v1/webtransport}, with {@code /certhash/…} or without. */
    static boolean is(Multiaddr a) {
        int at = Sockets.prefix(a, Proto.UDP);
        List<Component> parts = a.components();
        if (at == 0 || parts.size() < at + 2) return false;
        if (parts.get(at).proto() != Proto.QUIC_V1 || parts.get(at + 1).proto() != Proto.WEBTRANSPORT) return false;
        for (int i = at + 2; i < parts.size(); i++) if (parts.get(i).proto() != Proto.CERTHASH) return false;
        return true;
    }

    // ---- facts, legal from any loop

    Node node() {
        return node;
    }

    QuicTransport quic() {
        return quic;
    }

    Security noise() {
        return noise;
    }

    // ---- listening

    void listen(Multiaddr address, Accept accept, Callback<? super Listener> bound) {
        InetSocketAddress at = null;
        CloseReason no = quic.unavailable();
        try {
            at = Sockets.socketAddress(address.unmapped());
        } catch (UnknownHostException e) {
            no = CloseReason.of(CloseReason.Kind.REFUSED, address + ": " + e.getMessage());
        }
        if (no != null || at == null) {
            CloseReason why = no;
            loops.next().execute(() -> bound.done(null, why));
            return;
        }
        InetSocketAddress where = at;
        withCertificates((made, failure) -> {
            if (made == null) loops.next().execute(() -> bound.done(null, failure));
            else listen(where, accept, made, bound);
        });
    }

    private void listen(InetSocketAddress at, Accept accept, WtCertificates shown, Callback<? super Listener> bound) {
        quic.sockets().listening(at, (socket, refused) -> {
            if (socket == null) {
                bound.done(null, refused);
                return;
            }
            WtListener listener = new WtListener(this, socket, accept, shown);
            if (!listener.begin(options, () -> bound.done(listener, null))) {
                quic.closed(socket);
                bound.done(null, CloseReason.of(CloseReason.Kind.REFUSED, at + " is listened on already"));
            }
        });
    }

    /** Calls back on the node's loop; the host's identity signs when this is asked for the first time. */
    private void withCertificates(Callback<WtCertificates> then) {
        WtCertificates there = certificates;
        if (there != null) {
            then.done(there, null);
            return;
        }
        byte[] seed = HostSeeds.webTransport(node, options);
        HostCertificate.Unsigned key = WtCertificates.key(seed);
        HostSeeds.signature(node, options, key.signed(), (signature, failure) -> {
            WtCertificates now = certificates; // another may have asked meanwhile
            if (now == null && signature != null) {
                now = WtCertificates.of(seed, key, node.identity().publicKey().encode(), signature);
                certificates = now;
            }
            then.done(now, failure);
        });
    }

    // ---- dialling

    /** The certificates that an address names, of those hashes that all know. */
    static List<Multihash> hashes(Multiaddr address) {
        List<Multihash> all = new ArrayList<>();
        for (Component c : address.components()) if (c.proto() == Proto.CERTHASH) all.add(Multihash.parse(c.value()));
        all.removeIf(h -> h.code() != Multihash.SHA2_256);
        return all;
    }

    Cancellable dial(Dial dial, Callback<? super Connection> done) {
        List<Multihash> hashes = hashes(dial.address());
        if (hashes.isEmpty()) {
            CloseReason why = CloseReason.of(CloseReason.Kind.UNREACHABLE, "no /certhash of SHA-256 in " + dial.address());
            loops.next().execute(() -> done.done(null, why));
            return Cancellable.NONE;
        }
        List<byte[]> wanted = new ArrayList<>();
        for (Multihash h : hashes) wanted.add(h.bytes());
        return quic.dial(dial, new QuicTls.Shake(hashes), (attempt, home, channel) -> secured(attempt, home, channel, dial, wanted), done);
    }

    private void secured(QuicDial attempt, NettyLoop home, QuicChannel channel, Dial dial, List<byte[]> certhashes) {
        SecureRandom secure = new SecureRandom();
        Multiaddr local = QuicTransport.multiaddr((InetSocketAddress) channel.localSocketAddress()).encapsulate("/webtransport");
        WtUpgrade.Ends ends = new WtUpgrade.Ends(local, dial.address(), false, dial.expected(), certhashes);
        CloseReason late = CloseReason.of(CloseReason.Kind.TIMED_OUT, "security took too long");
        Cancellable timer = home.schedule(quic.limits().securityNanos(), () -> attempt.fail(home, late));
        new WtUpgrade(this, home, channel, ends, Rng.of(secure::nextBytes), (connection, failure) -> {
            timer.cancel();
            if (connection != null) attempt.connected(connection);
            else if (failure != null) attempt.failed(failure);
        }).begin();
    }
}
