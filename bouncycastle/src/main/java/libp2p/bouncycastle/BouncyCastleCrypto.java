package libp2p.bouncycastle;

import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyType;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.Mac;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Every primitive, by BouncyCastle's lightweight API.
 *
 * <p>Signatures are deterministic (Ed25519 RFC 8032; ECDSA RFC 6979, of secp256k1 with the low one of the two values of s), so that a
 * simulation repeats. Thread-safe: it holds no state.
 */
public final class BouncyCastleCrypto implements Crypto {
    private static final int KEY = 32;
    private static final int ED25519_PRIVATE = 64;
    private static final int ED25519_SIGNATURE = 64;

    @Override
    public byte[] sha256(byte[] data) {
        return digest(new SHA256Digest(), data);
    }

    @Override
    public byte[] sha512(byte[] data) {
        return digest(new SHA512Digest(), data);
    }

    private static byte[] digest(Digest digest, byte[] data) {
        byte[] out = new byte[digest.getDigestSize()];
        digest.update(data, 0, data.length);
        digest.doFinal(out, 0);
        return out;
    }

    @Override
    public byte[] hmacSha256(byte[] key, byte[] data) {
        Mac mac = new HMac(new SHA256Digest());
        mac.init(new KeyParameter(key));
        mac.update(data, 0, data.length);
        byte[] out = new byte[mac.getMacSize()];
        mac.doFinal(out, 0);
        return out;
    }

    @Override
    public byte[] x25519PublicKey(byte[] scalar) {
        byte[] out = new byte[KEY];
        X25519.scalarMultBase(sized(scalar, KEY), 0, out, 0);
        return out;
    }

    @Override
    public byte[] x25519(byte[] scalar, byte[] point) {
        if (point.length != KEY) throw new Violation("X25519 point of " + point.length + " bytes");
        byte[] out = new byte[KEY];
        if (!X25519.calculateAgreement(sized(scalar, KEY), 0, point, 0, out, 0)) throw new Violation("X25519 point of low order");
        return out;
    }

    @Override
    public Aead chacha20Poly1305(byte[] key) {
        return new ChaCha(sized(key, KEY));
    }

    @Override
    public byte[] generate(KeyType type, int bits, Rng rng) {
        switch (type) {
            case ED25519:
                byte[] key = Arrays.copyOf(rng.bytes(KEY), ED25519_PRIVATE);
                Ed25519.generatePublicKey(key, 0, key, KEY);
                return key;
            case SECP256K1:
                return Curve.SECP256K1.generate(rng);
            case ECDSA:
                return Curve.P256.generate(rng);
            default:
                return Rsa.generate(bits, rng);
        }
    }

    @Override
    public byte[] publicKey(KeyType type, byte[] privateKey) {
        switch (type) {
            case ED25519:
                byte[] key = new byte[KEY];
                Ed25519.generatePublicKey(sized(privateKey, ED25519_PRIVATE), 0, key, 0);
                return key;
            case SECP256K1:
                return Curve.SECP256K1.publicKey(privateKey);
            case ECDSA:
                return Curve.P256.publicKey(privateKey);
            default:
                return Rsa.publicKey(privateKey);
        }
    }

    @Override
    public byte[] sign(KeyType type, byte[] privateKey, byte[] message) {
        switch (type) {
            case ED25519:
                // the public half is derived, not taken from the key: a wrong one would betray the private half
                byte[] signature = new byte[ED25519_SIGNATURE];
                Ed25519.sign(sized(privateKey, ED25519_PRIVATE), 0, message, 0, message.length, signature, 0);
                return signature;
            case SECP256K1:
                return Curve.SECP256K1.sign(privateKey, sha256(message));
            case ECDSA:
                return Curve.P256.sign(privateKey, sha256(message));
            default:
                return Rsa.sign(privateKey, message);
        }
    }

    @Override
    public boolean verify(KeyType type, byte[] publicKey, byte[] message, byte[] signature) {
        try {
            switch (type) {
                case ED25519:
                    return publicKey.length == KEY
                            && signature.length == ED25519_SIGNATURE
                            && Ed25519.verify(signature, 0, publicKey, 0, message, 0, message.length);
                case SECP256K1:
                    return Curve.SECP256K1.verify(publicKey, sha256(message), signature);
                case ECDSA:
                    return Curve.P256.verify(publicKey, sha256(message), signature);
                default:
                    return Rsa.verify(publicKey, message, signature);
            }
        } catch (Violation | IllegalArgumentException | IllegalStateException | ArithmeticException e) {
            return false; // malformed keys and signatures, as the library reports them
        }
    }

    private static byte[] sized(byte[] bytes, int size) {
        if (bytes.length != size) throw new IllegalArgumentException("key of " + bytes.length + " bytes instead of " + size);
        return bytes;
    }

    @Override
    public String toString() {
        return "BouncyCastle";
    }
}
