package libp2p.bouncycastle;

import java.math.BigInteger;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyForms;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/** ECDSA with SHA-256 over one of the two curves of libp2p, on keys in libp2p's form. */
enum Curve {
    P256("secp256r1"),
    SECP256K1("secp256k1");

    private static final int SCALAR = 32;

    private final ECDomainParameters domain;
    private final BigInteger half;

    Curve(String name) {
        X9ECParameters x9 = CustomNamedCurves.getByName(name);
        domain = new ECDomainParameters(x9.getCurve(), x9.getG(), x9.getN(), x9.getH());
        half = domain.getN().shiftRight(1);
    }

    byte[] generate(Rng rng) {
        while (true) {
            byte[] scalar = rng.bytes(SCALAR);
            BigInteger d = new BigInteger(1, scalar);
            if (d.signum() == 0 || d.compareTo(domain.getN()) >= 0) continue;
            return this == SECP256K1 ? scalar : KeyForms.p256PrivateOf(scalar, point(d).getEncoded(false));
        }
    }

    byte[] publicKey(byte[] privateKey) {
        ECPoint point = point(scalar(privateKey));
        return this == SECP256K1 ? point.getEncoded(true) : KeyForms.p256PublicOf(point.getEncoded(false));
    }

    byte[] sign(byte[] privateKey, byte[] hash) {
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, new ECPrivateKeyParameters(scalar(privateKey), domain));
        BigInteger[] rs = signer.generateSignature(hash);
        // BIP 62: of s and n - s the lower one
        if (this == SECP256K1 && rs[1].compareTo(half) > 0) rs[1] = domain.getN().subtract(rs[1]);
        return KeyForms.ecdsaOf(BigIntegers.asUnsignedByteArray(rs[0]), BigIntegers.asUnsignedByteArray(rs[1]));
    }

    boolean verify(byte[] publicKey, byte[] hash, byte[] signature) {
        byte[] encoded = this == SECP256K1 ? publicKey : KeyForms.p256Public(publicKey);
        if (this == SECP256K1 && encoded.length != SCALAR + 1) return false;
        KeyForms.EcdsaSignature rs = KeyForms.ecdsa(signature);
        ECDSASigner signer = new ECDSASigner();
        signer.init(false, new ECPublicKeyParameters(domain.getCurve().decodePoint(encoded), domain));
        return signer.verifySignature(hash, new BigInteger(1, rs.r()), new BigInteger(1, rs.s()));
    }

    private BigInteger scalar(byte[] privateKey) {
        byte[] scalar = this == SECP256K1 ? privateKey : KeyForms.p256Private(privateKey);
        BigInteger d = new BigInteger(1, scalar);
        if (scalar.length != SCALAR || d.signum() == 0 || d.compareTo(domain.getN()) >= 0) {
            throw new Violation("private key is out of range");
        }
        return d;
    }

    private ECPoint point(BigInteger d) {
        return new FixedPointCombMultiplier().multiply(domain.getG(), d).normalize();
    }
}
