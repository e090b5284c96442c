package libp2p.netty;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.Violation;
import libp2p.core.identity.Der;
import libp2p.core.identity.KeyType;
import libp2p.multiformats.Nullable;

/** Whether a certificate was signed by its own key, with any of the algorithms that TLS 1.3 peers use (RFC 8446 4.2.3). */
final class SelfSignature {

    /** An algorithm for Java: of the signature and of the key. */
    private record Names(byte[] oid, String signature, String key) {}

    private static final byte[] ECDSA_SHA256 = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2};
    private static final byte[] PSS = {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 10};
    private static final Names[] ALL = {
        new Names(ECDSA_SHA256, "SHA256withECDSA", "EC"),
        new Names(new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 3}, "SHA384withECDSA", "EC"),
        new Names(new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 4}, "SHA512withECDSA", "EC"),
        new Names(new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 11}, "SHA256withRSA", "RSA"),
        new Names(new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 12}, "SHA384withRSA", "RSA"),
        new Names(new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 13}, "SHA512withRSA", "RSA"),
        new Names(PSS, "RSASSA-PSS", "RSA"),
        new Names(new byte[] {0x2b, 0x65, 0x70}, "Ed25519", "Ed25519"),
    };

    private SelfSignature() {}

    /** Whether {@code signature} is of {@code message} by the key, given as SPKI, with that AlgorithmIdentifier. */
    static boolean verify(Crypto crypto, byte[] algorithm, byte[] spki, byte[] message, byte[] signature) {
        Der outer = Der.of(algorithm);
        Der id = outer.sequence();
        outer.end();
        byte[] oid = id.oid();
        byte[] parameters = id.rest();
        // What everyone uses goes the way of all our cryptography.
        if (Arrays.equals(oid, ECDSA_SHA256) && crypto.verify(KeyType.ECDSA, spki, message, signature)) return true;
        for (Names names : ALL) if (Arrays.equals(names.oid, oid)) return verify(names, parameters, spki, message, signature);
        throw new Violation("certificate is signed with an unknown algorithm");
    }

    private static boolean verify(Names names, byte[] parameters, byte[] spki, byte[] message, byte[] signature) {
        try {
            PublicKey key = KeyFactory.getInstance(names.key).generatePublic(new X509EncodedKeySpec(spki));
            Signature s = Signature.getInstance(names.signature);
            PSSParameterSpec pss = names.oid == PSS ? pss(parameters) : null;
            if (pss != null) s.setParameter(pss);
            s.initVerify(key);
            s.update(message);
            return s.verify(signature);
        } catch (GeneralSecurityException | IOException e) {
            return false;
        }
    }

    private static @Nullable PSSParameterSpec pss(byte[] parameters) throws GeneralSecurityException, IOException {
        AlgorithmParameters p = AlgorithmParameters.getInstance("RSASSA-PSS");
        p.init(parameters);
        return p.getParameterSpec(PSSParameterSpec.class);
    }
}
