package libp2p.netty;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Vector;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import libp2p.multiformats.Multihash;
import libp2p.multiformats.Nullable;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSRequest;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DatagramTransport;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SRTPProtectionProfile;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsExtensionsUtils;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsSRTPUtils;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.UseSRTPData;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaDefaultTlsCredentialedSigner;

/**
 * A DTLS 1.2 handshake by Bouncy Castle, which blocks a thread; packets come in through {@link #offer}. Afterwards the library is done
 * with: records are {@link DtlsRecords}' to seal and open.
 */
final class DtlsHandshake implements DatagramTransport {
    /** Packets that may wait for the thread; more are lost, and come again. */
    private static final int PACKETS_MAX = 32;

    private static final int RECEIVE_MAX = 1500;
    private static final int SEND_MAX = 1200;
    private static final int RESEND_MILLIS = 500;
    private static final int RECORD_HEADER = 13;
    private static final int EPOCH_AT = 3;
    private static final int LENGTH_AT = 11;
    private static final int[] SUITES = {
        CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
    };

    private static final int[] SRTP_PROFILES = {
        SRTPProtectionProfile.SRTP_AEAD_AES_128_GCM, SRTPProtectionProfile.SRTP_AES128_CM_HMAC_SHA1_80
    };

    private final RtcCertificate own;
    private final DtlsCrypto crypto = new DtlsCrypto();
    private final Consumer<byte[]> out;
    private final int timeoutMillis;
    private final BlockingQueue<byte[]> in = new ArrayBlockingQueue<>(PACKETS_MAX);
    private final List<byte[]> flight = new ArrayList<>(); // what was sent since something was received
    private @Nullable Multihash peer;
    private long sealed; // records under the new keys
    private volatile boolean cancelled;

    /** {@code out} sends a packet, from the handshake's thread. */
    DtlsHandshake(RtcCertificate own, int timeoutMillis, Consumer<byte[]> out) {
        this.own = own;
        this.timeoutMillis = timeoutMillis;
        this.out = out;
    }

    /** A packet of the peer's; from any thread. */
    void offer(byte[] packet) {
        in.offer(packet);
    }

    /** Packets that came too late for the handshake. */
    @Nullable byte[] leftover() {
        return in.poll();
    }

    void cancel() {
        cancelled = true;
        in.clear();
        in.offer(new byte[0]);
    }

    /** As the server, for a client that has shown its address to be its own; any certificate will do, Noise binds it. */
    DtlsRecords accept(@Nullable DTLSRequest request) throws IOException, GeneralSecurityException {
        DTLSServerProtocol protocol = new DTLSServerProtocol();
        if (request == null) protocol.accept(new Server(), this);
        else protocol.accept(new Server(), this, request);
        return records(flight);
    }

    /** As the client, of a server with a certificate that {@code expected} takes. */
    DtlsRecords connect(Predicate<Multihash> expected) throws IOException, GeneralSecurityException {
        new DTLSClientProtocol().connect(new Client(expected), this);
        return records(List.of());
    }

    private DtlsRecords records(List<byte[]> lastFlight) throws GeneralSecurityException {
        Multihash p = peer;
        if (p == null) throw new GeneralSecurityException("the peer showed no certificate");
        return new DtlsRecords(crypto.cipher(), sealed, p, lastFlight);
    }

    private void shown(Certificate chain) throws IOException {
        if (chain == null || chain.isEmpty()) throw new TlsFatalAlert(AlertDescription.bad_certificate);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(chain.getCertificateAt(0).getEncoded());
            peer = Multihash.of(Multihash.SHA2_256, digest);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private TlsCredentialedSigner credentials(TlsContext context) throws IOException {
        Certificate chain = new Certificate(new TlsCertificate[] {crypto.createCertificate(own.der())});
        SignatureAndHashAlgorithm how = SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);
        return new JcaDefaultTlsCredentialedSigner(new TlsCryptoParameters(context), crypto, own.key(), chain, how);
    }

    private final class Server extends DefaultTlsServer {
        Server() {
            super(crypto);
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.DTLSv12.only();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return SUITES;
        }

        @Override
        public int getHandshakeTimeoutMillis() {
            return timeoutMillis;
        }

        @Override
        public int getHandshakeResendTimeMillis() {
            return RESEND_MILLIS;
        }

        @Override
        protected TlsCredentialedSigner getECDSASignerCredentials() throws IOException {
            return credentials(context);
        }

        @Override
        public CertificateRequest getCertificateRequest() {
            Vector<?> algorithms = TlsUtils.getDefaultSupportedSignatureAlgorithms(context);
            return new CertificateRequest(new short[] {ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign}, algorithms, null);
        }

        /** The first SRTP profile that the client offers, which pion insists on though nothing is sent by it. */
        @Override
        public Hashtable<?, ?> getServerExtensions() throws IOException {
            Hashtable<?, ?> all = super.getServerExtensions();
            UseSRTPData offered = TlsSRTPUtils.getUseSRTPExtension(clientExtensions);
            if (offered == null || offered.getProtectionProfiles().length == 0) return all;
            Hashtable<?, ?> extended = TlsExtensionsUtils.ensureExtensionsInitialised(all);
            int[] first = {offered.getProtectionProfiles()[0]};
            TlsSRTPUtils.addUseSRTPExtension(extended, new UseSRTPData(first, TlsUtils.EMPTY_BYTES));
            return extended;
        }

        @Override
        public void notifyClientCertificate(Certificate chain) throws IOException {
            shown(chain);
        }
    }

    private final class Client extends DefaultTlsClient {
        private final Predicate<Multihash> expected;

        Client(Predicate<Multihash> expected) {
            super(crypto);
            this.expected = expected;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.DTLSv12.only();
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return SUITES;
        }

        @Override
        public int getHandshakeTimeoutMillis() {
            return timeoutMillis;
        }

        @Override
        public int getHandshakeResendTimeMillis() {
            return RESEND_MILLIS;
        }

        /** Some SRTP profiles, of which pion wants to choose one. */
        @Override
        public Hashtable<?, ?> getClientExtensions() throws IOException {
            Hashtable<?, ?> all = TlsExtensionsUtils.ensureExtensionsInitialised(super.getClientExtensions());
            TlsSRTPUtils.addUseSRTPExtension(all, new UseSRTPData(SRTP_PROFILES, TlsUtils.EMPTY_BYTES));
            return all;
        }

        @Override
        public TlsAuthentication getAuthentication() {
            return new TlsAuthentication() {
                @Override
                public void notifyServerCertificate(TlsServerCertificate certificate) throws IOException {
                    shown(certificate.getCertificate());
                    Multihash p = peer;
                    if (p == null || !expected.test(p)) throw new TlsFatalAlert(AlertDescription.bad_certificate);
                }

                @Override
                public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                    return credentials(context);
                }
            };
        }
    }

    // ---- DatagramTransport, on the handshake's thread

    @Override
    public int getReceiveLimit() {
        return RECEIVE_MAX;
    }

    @Override
    public int getSendLimit() {
        return SEND_MAX;
    }

    @Override
    public int receive(byte[] to, int at, int size, int waitMillis) throws IOException {
        try {
            byte[] packet = in.poll(waitMillis, TimeUnit.MILLISECONDS);
            if (cancelled) throw new InterruptedIOException("given up");
            if (packet == null) return -1;
            flight.clear();
            int n = Math.min(size, packet.length);
            System.arraycopy(packet, 0, to, at, n);
            return n;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public void send(byte[] from, int at, int size) throws IOException {
        if (cancelled) throw new InterruptedIOException("given up");
        byte[] packet = new byte[size];
        System.arraycopy(from, at, packet, 0, size);
        count(packet);
        flight.add(packet);
        out.accept(packet);
    }

    /** Remembers which numbers of the new keys are used, so that none is used twice. */
    private void count(byte[] p) {
        for (int at = 0; at + RECORD_HEADER <= p.length; ) {
            int epoch = (p[at + EPOCH_AT] & 0xff) << 8 | p[at + EPOCH_AT + 1] & 0xff;
            long number = 0;
            for (int i = EPOCH_AT + 2; i < LENGTH_AT; i++) number = number << 8 | p[at + i] & 0xff;
            if (epoch == 1) sealed = Math.max(sealed, number + 1);
            at += RECORD_HEADER + ((p[at + LENGTH_AT] & 0xff) << 8 | p[at + LENGTH_AT + 1] & 0xff);
        }
    }

    @Override
    public void close() {
        // The socket is not ours.
    }
}
