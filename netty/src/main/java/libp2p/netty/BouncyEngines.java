package libp2p.netty;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import libp2p.core.net.Role;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;

/**
 * Engines of Bouncy Castle, in Java, for machines that BoringSSL has no library for: its certificate parser takes an empty issuer, which
 * the JDK's engine does not.
 *
 * <p>Both providers are this object's own and are not registered with the JVM.
 */
final class BouncyEngines implements TlsEngines {
    private final SSLContext context;
    private final String[] alpn;

    BouncyEngines(HostCertificate own, List<String> muxers, Verifier verifier) {
        alpn = TlsEngines.applicationProtocols(muxers).toArray(new String[0]);
        try {
            context = SSLContext.getInstance(NativeEngines.VERSION, new BouncyCastleJsseProvider(new BouncyCastleProvider()));
            context.init(
                    new KeyManager[] {TlsEngines.keyManager(own)},
                    new TrustManager[] {TlsEngines.trustManager(verifier)},
                    new SecureRandom());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Bouncy Castle takes no such settings", e);
        }
    }

    @Override
    public SSLEngine engine(Role role) {
        SSLEngine e = context.createSSLEngine();
        e.setUseClientMode(role == Role.INITIATOR);
        SSLParameters p = e.getSSLParameters();
        p.setProtocols(new String[] {NativeEngines.VERSION});
        p.setApplicationProtocols(alpn);
        p.setNeedClientAuth(role == Role.RESPONDER);
        p.setEndpointIdentificationAlgorithm(null);
        e.setSSLParameters(p);
        return e;
    }

    @Override
    public void release(SSLEngine engine) {
        // All of it is on the heap.
    }

    @Override
    public boolean answersWithData() {
        return false;
    }
}
