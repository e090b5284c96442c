package libp2p.netty;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import libp2p.multiformats.Nullable;
import org.bouncycastle.jcajce.util.DefaultJcaJceHelper;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;

/**
 * The JVM's cryptography for one DTLS handshake of Bouncy Castle's, which keeps the cipher that came of it. Certificates are read by Bouncy
 * Castle: the JDK takes none without an issuer, as some peers' are.
 */
final class DtlsCrypto extends JcaTlsCrypto {
    private static final BouncyCastleProvider LENIENT = new BouncyCastleProvider(); // of this class, and not registered with the JVM
    private static final SecureRandom SECURE = new SecureRandom();

    private @Nullable TlsCipher cipher;

    private static final class Helper extends DefaultJcaJceHelper {
        @Override
        public CertificateFactory createCertificateFactory(String algorithm) throws CertificateException {
            return CertificateFactory.getInstance(algorithm, LENIENT);
        }
    }

    DtlsCrypto() {
        super(new Helper(), SECURE, SECURE);
    }

    @Override
    public TlsCipher createCipher(TlsCryptoParameters parameters, int encryption, int mac) throws IOException {
        TlsCipher made = super.createCipher(parameters, encryption, mac);
        cipher = made;
        return made;
    }

    /** The cipher of both directions, once the handshake is over. */
    TlsCipher cipher() throws GeneralSecurityException {
        TlsCipher c = cipher;
        if (c == null) throw new GeneralSecurityException("no cipher was agreed on");
        return c;
    }
}
