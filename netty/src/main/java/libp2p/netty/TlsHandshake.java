package libp2p.netty;

import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Role;
import libp2p.core.wire.Security;
import libp2p.multiformats.Nullable;

/** The handshake: waits for our certificate where there is none yet, then gives the engine one record after the other. */
final class TlsHandshake implements Security.Handshake {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Tls tls;
    private final Security.Context context;
    private final TlsBuffers buffers;
    private final Cancellable waiting;
    private @Nullable TlsEngines engines;
    private @Nullable SSLEngine engine;
    private @Nullable CloseReason unsigned;
    private @Nullable PeerCertificate peer;
    private @Nullable Violation refused; // what was wrong with the peer's certificate

    TlsHandshake(Tls tls, Security.Context context, Runnable ready) {
        this.tls = tls;
        this.context = context;
        this.buffers = tls.buffers(context.loop());
        HostCertificate own = tls.certificates().now(context.node(), context.loop(), context.rng());
        if (own != null) {
            begin(own);
            waiting = Cancellable.NONE;
            return;
        }
        waiting = tls.certificates().await(context.node(), context.loop(), context.rng(), (made, failure) -> {
            if (made != null) begin(made);
            unsigned = failure;
            ready.run();
        });
    }

    private void begin(HostCertificate own) {
        TlsEngines of = tls.engines(own, context.muxers());
        SSLEngine e = of.engine(context.role());
        engines = of;
        engine = e;
        tls.handshakes().put(e, this);
        try {
            e.beginHandshake();
        } catch (SSLException broken) {
            throw new IllegalStateException("TLS engine does not begin", broken);
        }
    }

    @Override
    public Security.@Nullable Session step(Buf received, Buf toSend) {
        if (unsigned != null) throw new Violation("our identity did not sign: " + unsigned, Codes.NONE);
        SSLEngine e = engine;
        if (e == null) return null;
        try {
            return step(e, received, toSend);
        } catch (SSLException failed) {
            alert(e, toSend);
            Violation why = refused;
            throw why != null ? why : new Violation("TLS: " + failed.getMessage());
        }
    }

    private Security.@Nullable Session step(SSLEngine e, Buf received, Buf toSend) throws SSLException {
        while (true) {
            HandshakeStatus status = e.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                for (Runnable task = e.getDelegatedTask(); task != null; task = e.getDelegatedTask()) task.run();
            } else if (status == HandshakeStatus.NEED_WRAP) {
                boolean said = wrap(e, toSend) > 0;
                if (!said && e.getHandshakeStatus() == status) throw new IllegalStateException("TLS engine has nothing to say");
            } else if (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED) {
                while (wrap(e, toSend) > 0) {} // what the last message of the peer was answered with
                return session(e);
            } else {
                // BoringSSL's engine looks at what a record held, or fails after its alert was taken, only when it is asked once more.
                buffers.plain.clear();
                e.unwrap(NOTHING, buffers.plain);
                if (e.getHandshakeStatus() == status && !read(e, received)) return null;
            }
        }
    }

    private int wrap(SSLEngine e, Buf toSend) throws SSLException {
        ByteBuffer to = buffers.wire;
        to.clear();
        e.wrap(NOTHING, to);
        return TlsBuffers.drain(to, toSend);
    }

    /** Gives the engine one record; false if there is no whole one. */
    private boolean read(SSLEngine e, Buf received) throws SSLException {
        if (received.size() < TlsBuffers.HEADER) return false;
        int size = TlsSession.recordSize(received);
        if (received.size() < size) return false;
        ByteBuffer from = TlsBuffers.fill(buffers.wire, received, size);
        ByteBuffer to = buffers.plain;
        to.clear();
        SSLEngineResult r = e.unwrap(from, to);
        if (to.position() > 0) throw new Violation("application data before the end of the TLS handshake");
        if (r.getStatus() == SSLEngineResult.Status.CLOSED) throw new Violation("the peer closed during the TLS handshake");
        // Who has to send an alert first reads no more.
        boolean alert = r.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        if (from.hasRemaining() && !alert) throw new IllegalStateException("TLS engine leaves a part of a record: " + r);
        return true;
    }

    /** Tells the peer what the engine thinks of it. */
    private void alert(SSLEngine e, Buf toSend) {
        try {
            wrap(e, toSend);
        } catch (SSLException again) {
            // An engine that failed may say the same once more instead of an alert; the peer then sees the pipe close.
        }
    }

    /** Within {@link #step}: looks at the certificate that the peer showed. */
    void verify(X509Certificate[] chain) {
        try {
            PeerCertificate shown = PeerCertificate.of(PeerCertificate.only(chain), context.node().crypto(), context.node().epochMillis());
            PeerId expected = context.expected();
            if (expected != null && !expected.equals(shown.id())) {
                throw new Violation("peer id mismatch: expected " + expected + ", got " + shown.id());
            }
            peer = shown;
        } catch (Violation v) {
            refused = v;
            throw v;
        }
    }

    private Security.Session session(SSLEngine e) {
        PeerCertificate shown = peer;
        TlsEngines of = engines;
        if (shown == null || of == null) throw new Violation("the peer showed no certificate");
        String agreed = e.getApplicationProtocol();
        if (agreed == null || agreed.isEmpty()) throw new Violation("no application protocol in common", Codes.PROTOCOL_NEGOTIATION_FAILED);
        boolean early = context.muxers().contains(agreed);
        if (!early && !agreed.equals(Tls.ALPN)) throw new Violation("application protocol that was not offered: " + agreed);
        tls.handshakes().remove(e);
        engine = null;
        // A certificate names all that a host has; an initiator may have wanted less, and an address that named this protocol.
        List<String> offer = context.role() == Role.INITIATOR ? shown.securities() : List.of();
        return new TlsSession(shown, early ? agreed : null, offer, e, of, buffers);
    }

    @Override
    public void dispose() {
        waiting.cancel();
        SSLEngine e = engine;
        TlsEngines of = engines;
        engine = null;
        if (e == null || of == null) return;
        tls.handshakes().remove(e);
        of.release(e);
    }
}
