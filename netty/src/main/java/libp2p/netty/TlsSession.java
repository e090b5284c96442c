package libp2p.netty;

import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PublicKey;
import libp2p.core.wire.Security;
import libp2p.multiformats.Nullable;

/** TLS 1.3 records: five bytes of header, the ciphertext with its content type, the tag (RFC 8446 5.2). */
final class TlsSession implements Security.Session {
    /** What a record has besides its plain bytes: the header, the content type, the tag. */
    static final int OVERHEAD = TlsBuffers.HEADER + 1 + 16;

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int APPLICATION_DATA = 23;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final String BAD = "TLS record is not authentic, or an alert: ";

    private final PeerCertificate peer;
    private final @Nullable String muxer;
    private final List<String> offer;
    private final SSLEngine engine;
    private final TlsEngines engines;
    private final TlsBuffers buffers;
    private @Nullable Buf answer; // to be sent before what is sealed next
    private boolean disposed;

    TlsSession(
            PeerCertificate peer,
            @Nullable String muxer,
            List<String> offer,
            SSLEngine engine,
            TlsEngines engines,
            TlsBuffers buffers) {
        this.peer = peer;
        this.muxer = muxer;
        this.offer = offer;
        this.engine = engine;
        this.engines = engines;
        this.buffers = buffers;
    }

    @Override
    public PeerId remote() {
        return peer.id();
    }

    @Override
    public PublicKey remoteKey() {
        return peer.key();
    }

    @Override
    public @Nullable String muxer() {
        return muxer;
    }

    @Override
    public List<String> offer() {
        return offer;
    }

    @Override
    public int plainMax() {
        return TlsBuffers.PLAIN_MAX;
    }

    @Override
    public int sealedSize(int n) {
        return n + OVERHEAD;
    }

    @Override
    public void seal(Buf plain, Buf wire) {
        int n = plain.size();
        boolean fits = n >= 1 && n <= TlsBuffers.PLAIN_MAX && wire.room() >= sealedSize(n);
        if (!fits) throw new IllegalArgumentException("cannot seal " + n + " bytes into " + wire);
        ByteBuffer from = TlsBuffers.fill(buffers.plain, plain, n);
        ByteBuffer to = buffers.wire;
        to.clear();
        try {
            while (from.hasRemaining()) {
                SSLEngineResult r = engine.wrap(from, to);
                if (r.getStatus() == SSLEngineResult.Status.CLOSED) return; // the peer has said goodbye; it hears nothing more
                if (r.bytesConsumed() == 0 && r.bytesProduced() == 0) throw new IllegalStateException("TLS engine takes no data: " + r);
            }
        } catch (SSLException e) {
            throw new IllegalStateException("TLS engine does not encrypt", e);
        }
        sendAnswer(wire);
        TlsBuffers.drain(to, wire);
    }

    @Override
    public boolean open(Buf wire, Buf plain) {
        if (wire.size() < TlsBuffers.HEADER) return false;
        int size = recordSize(wire);
        if (wire.peek(0) != APPLICATION_DATA) throw new Violation("TLS record of type " + wire.peek(0) + " after the handshake");
        if (wire.size() < size) return false;
        ByteBuffer from = TlsBuffers.fill(buffers.wire, wire, size);
        ByteBuffer to = buffers.plain;
        to.clear();
        try {
            SSLEngineResult r = engine.unwrap(from, to);
            boolean goodbye = r.getStatus() == SSLEngineResult.Status.CLOSED;
            if (from.hasRemaining() && !goodbye) throw new IllegalStateException("TLS engine leaves a part of a record: " + r);
            if (r.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && !goodbye) answer();
        } catch (SSLException e) {
            throw new Violation(BAD + e.getMessage());
        }
        TlsBuffers.drain(to, plain);
        return true;
    }

    /** The engine wants to say something: an alert, after which it has failed, or the answer to the peer's change of keys. */
    private void answer() throws SSLException {
        ByteBuffer to = buffers.wire;
        to.clear();
        engine.wrap(NOTHING, to);
        answer = new Buf(to.position());
        TlsBuffers.drain(to, answer);
        if (engines.answersWithData()) throw new Violation(BAD + "the engine sends an alert");
    }

    private void sendAnswer(Buf wire) {
        Buf a = answer;
        answer = null;
        if (a != null && a.size() <= wire.room()) a.moveTo(wire, a.size());
    }

    /** The size of the record that begins here, whose header has all arrived. */
    static int recordSize(Buf wire) {
        int version = wire.peek(1) << 8 | wire.peek(2);
        int body = wire.peek(3) << 8 | wire.peek(4);
        // A receiver should not care for the version, but nobody sends another, and what is not checked can be changed on the way.
        if (version != 0x0303 && version != 0x0301) throw new Violation("TLS record of version " + version);
        // What is no type of RFC 8446 5.1, and a record without bytes, Netty's engine takes for SSL 2 and waits for another length.
        int type = wire.peek(0);
        if (type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA) throw new Violation("TLS record of type " + type);
        if (body == 0) throw new Violation("TLS record of 0 bytes");
        if (body > TlsBuffers.BODY_MAX) throw new Violation("TLS record of " + body + " bytes");
        return TlsBuffers.HEADER + body;
    }

    @Override
    public void close(Buf wire) {
        if (disposed) return;
        sendAnswer(wire);
        engine.closeOutbound();
        ByteBuffer to = buffers.wire;
        to.clear();
        try {
            engine.wrap(NOTHING, to);
        } catch (SSLException e) {
            return; // it was broken before: there is no farewell to send
        }
        if (to.position() <= wire.room()) TlsBuffers.drain(to, wire);
    }

    @Override
    public void dispose() {
        if (disposed) return;
        disposed = true;
        engines.release(engine);
    }
}
