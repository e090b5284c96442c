package libp2p.netty;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.Der;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PrivateKey;
import libp2p.jvm.JvmCrypto;

/** Makes certificates, good ones and such as peers must refuse. */
final class Certificates {
    static final Crypto CRYPTO = JvmCrypto.create();

    /** An algorithm that certificates are signed with. */
    enum Algorithm {
        P256("EC", new ECGenParameterSpec("secp256r1"), "SHA256withECDSA", "2a8648ce3d040302"),
        P384("EC", new ECGenParameterSpec("secp384r1"), "SHA384withECDSA", "2a8648ce3d040303"),
        P521("EC", new ECGenParameterSpec("secp521r1"), "SHA512withECDSA", "2a8648ce3d040304"),
        RSA_SHA256("RSA", null, "SHA256withRSA", "2a864886f70d01010b"),
        RSA_SHA384("RSA", null, "SHA384withRSA", "2a864886f70d01010c"),
        RSA_SHA512("RSA", null, "SHA512withRSA", "2a864886f70d01010d"),
        RSA_PSS("RSA", null, "RSASSA-PSS", "2a864886f70d01010a"),
        ED25519("Ed25519", null, "Ed25519", "2b6570");

        final String key;
        final AlgorithmParameterSpec curve;
        final String signature;
        final byte[] oid;

        Algorithm(String key, AlgorithmParameterSpec curve, String signature, String oid) {
            this.key = key;
            this.curve = curve;
            this.signature = signature;
            this.oid = hex(oid);
        }
    }

    final PrivateKey host = PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(7));
    Algorithm algorithm = Algorithm.P256;
    byte[] issuer = Der.sequenceOf();
    String from = "20250101000000Z";
    String to = "20990101000000Z";
    byte[] beforeExtensions = {};
    byte[] moreExtensions = {};
    boolean critical;
    boolean extension = true;
    boolean otherSignature;
    int version = 2;

    PeerId id() {
        return PeerId.of(host.publicKey(CRYPTO), CRYPTO);
    }

    byte[] make() {
        try {
            KeyPairGenerator g = KeyPairGenerator.getInstance(algorithm.key);
            if (algorithm.curve != null) g.initialize(algorithm.curve);
            KeyPair pair = g.generateKeyPair();
            byte[] spki = pair.getPublic().getEncoded();
            byte[] id = Der.sequenceOf(Der.oidOf(algorithm.oid), parameters());
            byte[] tbs = Der.sequenceOf(
                    Der.explicitOf(0, Der.integerOf(version)),
                    Der.integerOf(new byte[] {1, 2, 3}),
                    id,
                    issuer,
                    Der.sequenceOf(time(from), time(to)),
                    issuer,
                    spki,
                    beforeExtensions,
                    Der.explicitOf(3, Der.sequenceOf(moreExtensions, extension ? libp2p(spki) : new byte[0])));
            Signature s = Signature.getInstance(algorithm.signature);
            if (algorithm == Algorithm.RSA_PSS) s.setParameter(pss());
            s.initSign(pair.getPrivate());
            s.update(tbs);
            byte[] signature = s.sign();
            if (otherSignature) tbs[tbs.length - 1] ^= 1;
            return Der.sequenceOf(tbs, id, Der.bitsOf(signature));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] libp2p(byte[] spki) {
        byte[] signature = host.sign(CRYPTO, PeerCertificate.signed(spki));
        byte[] value = Der.sequenceOf(Der.octetsOf(host.publicKey(CRYPTO).encode()), Der.octetsOf(signature));
        return extension(PeerCertificate.EXTENSION, critical, value);
    }

    static byte[] extension(byte[] oid, boolean critical, byte[] value) {
        return Der.sequenceOf(Der.oidOf(oid), critical ? Der.tagged(1, new byte[] {-1}) : new byte[0], Der.octetsOf(value));
    }

    private byte[] parameters() throws GeneralSecurityException {
        if (algorithm == Algorithm.RSA_PSS) {
            try {
                AlgorithmParameters p = AlgorithmParameters.getInstance("RSASSA-PSS");
                p.init(pss());
                return p.getEncoded();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return algorithm.key.equals("RSA") ? Der.nothingOf() : new byte[0];
    }

    private static PSSParameterSpec pss() {
        return new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
    }

    private static byte[] time(String text) {
        int tag = text.length() == 15 ? PeerCertificate.GENERALIZED_TIME : PeerCertificate.UTC_TIME;
        return Der.tagged(tag, text.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] hex(String text) {
        byte[] out = new byte[text.length() / 2];
        for (int i = 0; i < out.length; i++) out[i] = (byte) Integer.parseInt(text.substring(2 * i, 2 * i + 2), 16);
        return out;
    }

    static byte[] cut(byte[] whole, int n) {
        return Arrays.copyOf(whole, n);
    }
}
