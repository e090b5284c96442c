package libp2p.netty;

import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.SslSessionTicketKey;
import io.netty.handler.ssl.ClientAuth;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.PeerId;
import libp2p.core.node.Node;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;

/** TLS within QUIC: contexts for our certificate, and who the peers of handshakes under way turned out to be. Thread-safe. */
final class QuicTls {
    /** What is spoken over QUIC, as the handshake says it (ALPN). */
    enum Application {
        /** libp2p's own connections. */
        LIBP2P(Tls.ALPN),
        /** HTTP/3, for WebTransport's sake. */
        HTTP3("h3");

        private final String alpn;

        Application(String alpn) {
            this.alpn = alpn;
        }

        /** What that engine's handshake came to; null before. */
        static @Nullable Application of(@Nullable SSLEngine engine) {
            String agreed = engine == null ? null : engine.getApplicationProtocol();
            for (Application a : values()) if (a.alpn.equals(agreed)) return a;
            return null;
        }
    }

    /** One handshake, from the making of its engine on. */
    static final class Shake {
        private final @Nullable PeerId expected;
        private final @Nullable List<Multihash> hashes;
        private volatile @Nullable PeerCertificate peer;
        private volatile @Nullable Violation refused;

        /** Of a peer that shows who it is, whoever that may be. */
        static Shake ofAnyone() {
            return new Shake((PeerId) null);
        }

        /** Of a peer that shows who it is; null for anyone. */
        Shake(@Nullable PeerId expected) {
            this.expected = expected;
            this.hashes = null;
        }

        /** Of a server that shows a certificate with one of these hashes, and later who it is. */
        Shake(List<Multihash> hashes) {
            this.expected = null;
            this.hashes = hashes;
        }

        /** Whether the server's certificate is known by its hash. */
        boolean isHashed() {
            return hashes != null;
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

    private record Both(HostCertificate own, boolean libp2p, QuicSslContext server) {}

    private final SecureRandom random = new SecureRandom();
    private final Node node;
    private final Map<SSLEngine, Shake> shakes = new ConcurrentHashMap<>();
    private volatile @Nullable Contexts contexts;
    private volatile @Nullable Both both; // the last that answers HTTP/3
    private volatile @Nullable QuicSslContext http3; // to dial with

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
     * The context to answer HTTP/3 with, and libp2p's own connections too if that is wanted.
     *
     * <p>Both are shown one certificate: it is chosen before the library knows which of the two the client wants. Who wants libp2p has to
     * show one of its own, which the listener sees to; browsers have none.
     */
    QuicSslContext answering(HostCertificate own, boolean libp2p) {
        Both b = both;
        if (b == null || b.own != own || b.libp2p != libp2p) {
            QuicSslContextBuilder c = QuicSslContextBuilder.forServer(TlsEngines.keyManager(own), null);
            if (libp2p) {
                c.clientAuth(ClientAuth.OPTIONAL).trustManager(TlsEngines.trustManager(this::verify));
                c.applicationProtocols(Application.LIBP2P.alpn, Application.HTTP3.alpn);
            } else {
                c.clientAuth(ClientAuth.NONE).applicationProtocols(Application.HTTP3.alpn);
            }
            b = new Both(own, libp2p, c.build());
            both = b;
        }
        b.server.sessionContext().setTicketKeys(fresh());
        return b.server;
    }

    /** The context to dial HTTP/3 with; the server's certificate is known by its hash. */
    QuicSslContext http3() {
        QuicSslContext c = http3;
        if (c == null) {
            c = QuicSslContextBuilder.forClient()
                    .trustManager(TlsEngines.trustManager(this::verify))
                    .applicationProtocols(Application.HTTP3.alpn)
                    .endpointIdentificationAlgorithm("")
                    .build();
            http3 = c;
        }
        return c;
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
            if (s.hashes != null) {
                PinnedCertificate.check(PeerCertificate.only(chain), s.hashes, crypto, node.epochMillis());
                return;
            }
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
