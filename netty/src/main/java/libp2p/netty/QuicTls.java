package libp2p.netty;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.SslSessionTicketKey;
import io.netty.handler.ssl.ClientAuth;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.node.Node;
import libp2p.multiformats.Nullable;

/** TLS within QUIC: contexts for our certificate, and who the peers of handshakes under way turned out to be. Thread-safe. */
final class QuicTls {
    /** One handshake, from the making of its engine on. */
    static final class Shake {
        private final @Nullable PeerId expected;
        private volatile @Nullable PeerCertificate peer;
        private volatile @Nullable Violation refused;

        Shake(@Nullable PeerId expected) {
            this.expected = expected;
        }

        /** Who the peer has proved to be; null before. */
        @Nullable PeerCertificate peer() {
            return peer;
        }

        /** What was wrong with its certificate; null for nothing. */
        @Nullable Violation refused() {
            return refused;
        }
    }

    private record Contexts(HostCertificate own, QuicSslContext client, QuicSslContext server) {}

    private final SecureRandom random = new SecureRandom();
    private final Node node;
    private final Map<SSLEngine, Shake> shakes = new ConcurrentHashMap<>();
    private volatile @Nullable Contexts contexts;

    QuicTls(Node node) {
        this.node = node;
    }

    /** The context to answer or to dial with, showing that certificate. */
    QuicSslContext context(HostCertificate own, boolean server) {
        Contexts c = contexts;
        if (c == null || c.own != own) {
            c = new Contexts(own, client(own), server(own));
            contexts = c;
        }
        if (!server) return c.client;
        c.server.sessionContext().setTicketKeys(fresh());
        return c.server;
    }

    /**
     * A key that no ticket was sealed with so far: who comes with an old ticket shakes hands in full.
     *
     * <p>The library sends tickets whatever one does, and rust's QUIC uses them; but who resumes shows no certificate.
     */
    private SslSessionTicketKey fresh() {
        byte[] name = new byte[SslSessionTicketKey.NAME_SIZE];
        byte[] hmac = new byte[SslSessionTicketKey.HMAC_KEY_SIZE];
        byte[] aes = new byte[SslSessionTicketKey.AES_KEY_SIZE];
        for (byte[] part : new byte[][] {name, hmac, aes}) random.nextBytes(part);
        return new SslSessionTicketKey(name, hmac, aes);
    }

    private QuicSslContext client(HostCertificate own) {
        return QuicSslContextBuilder.forClient()
                .keyManager(TlsEngines.keyManager(own), null)
                .trustManager(TlsEngines.trustManager(this::verify))
                .applicationProtocols(Tls.ALPN)
                .endpointIdentificationAlgorithm("")
                .build();
    }

    private QuicSslContext server(HostCertificate own) {
        return QuicSslContextBuilder.forServer(TlsEngines.keyManager(own), null)
                .clientAuth(ClientAuth.REQUIRE)
                .trustManager(TlsEngines.trustManager(this::verify))
                .applicationProtocols(Tls.ALPN)
                .build();
    }

    void begin(SSLEngine engine, Shake shake) {
        shakes.put(engine, shake);
    }

    /** The handshake of that engine; null once it has ended. */
    @Nullable Shake shake(@Nullable SSLEngine engine) {
        return engine == null ? null : shakes.get(engine);
    }

    /** Handshakes that have begun and not ended. */
    int open() {
        return shakes.size();
    }

    void end(@Nullable SSLEngine engine) {
        if (engine != null) shakes.remove(engine);
    }

    private void verify(X509Certificate[] chain, SSLEngine engine) {
        Shake s = shakes.get(engine);
        if (s == null) throw new Violation("certificate of an unknown handshake");
        try {
            Crypto crypto = node.crypto();
            PeerCertificate shown = PeerCertificate.of(PeerCertificate.only(chain), crypto, node.epochMillis());
            if (s.expected != null && !s.expected.equals(shown.id())) {
                throw new Violation("peer id mismatch: expected " + s.expected + ", got " + shown.id());
            }
            s.peer = shown;
        } catch (Violation v) {
            s.refused = v;
            throw v;
        }
    }
}
