package libp2p.netty;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import libp2p.core.Violation;
import libp2p.core.net.Role;
import libp2p.multiformats.Nullable;

/** Makes TLS 1.3 engines that show one certificate, want one, send no server name and resume nothing. Thread-safe. */
interface TlsEngines {
    /** Who looks at the peer's certificates, within a call of the engine. */
    @FunctionalInterface
    interface Verifier {
        /** {@link Violation} if the peer is not to be talked to; the engine then sends an alert. */
        void verify(X509Certificate[] chain, SSLEngine engine);
    }

    /** An engine that speaks first (INITIATOR, TLS's client) or answers; to be released by {@link #release}. */
    SSLEngine engine(Role role);

    /** Frees what an engine holds outside the heap; it is of no more use. */
    void release(SSLEngine engine);

    /** Whether a change of keys is answered with the next data, so that an engine that wants to say something before that has failed. */
    boolean answersWithData();

    /** Shows the one certificate there is, whatever is asked for. */
    static X509ExtendedKeyManager keyManager(HostCertificate own) {
        return new OneKey(own);
    }

    /** Asks the verifier, and nobody else. */
    static X509ExtendedTrustManager trustManager(Verifier verifier) {
        return new Asking(verifier);
    }

    /** The application protocols to offer: muxers by preference, then the name that leaves the choice for later. */
    static List<String> applicationProtocols(List<String> muxers) {
        List<String> all = new ArrayList<>(muxers);
        all.add(Tls.ALPN);
        return all;
    }

    /** One certificate with its key. */
    final class OneKey extends X509ExtendedKeyManager {
        private static final String NAME = "libp2p";
        private final HostCertificate own;

        private OneKey(HostCertificate own) {
            this.own = own;
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {NAME};
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
            return NAME;
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
            return new String[] {NAME};
        }

        @Override
        public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return isOurs(keyType) ? NAME : null;
        }

        @Override
        public String chooseEngineClientAlias(String[] keyType, Principal[] issuers, SSLEngine engine) {
            return NAME;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
            return isOurs(keyType) ? NAME : null;
        }

        private static boolean isOurs(String keyType) {
            return keyType.startsWith("EC"); // EC, ECDSA, ECDHE_ECDSA: each library has its own word
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {own.certificate()};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.key();
        }
    }

    /** Passes certificates on to the verifier. */
    final class Asking extends X509ExtendedTrustManager {
        private final Verifier verifier;

        private Asking(Verifier verifier) {
            this.verifier = verifier;
        }

        private void check(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
            try {
                verifier.verify(chain, engine);
            } catch (Violation v) {
                throw new CertificateException(v.getMessage(), v);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
            check(chain, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
            check(chain, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
            throw new CertificateException("engines only");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
            throw new CertificateException("engines only");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("engines only");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("engines only");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
