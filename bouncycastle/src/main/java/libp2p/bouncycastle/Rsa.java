package libp2p.bouncycastle;

import java.math.BigInteger;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.identity.KeyForms;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.util.BigIntegers;

/** RSA PKCS#1 v1.5 with SHA-256, on keys in libp2p's form. */
final class Rsa {
    private static final BigInteger EXPONENT = BigInteger.valueOf(65537);
    private static final int CERTAINTY = 112;

    private Rsa() {}

    static byte[] generate(int bits, Rng rng) {
        if (bits < KeyForms.RSA_BITS_MIN || bits > KeyForms.RSA_BITS_MAX) {
            throw new IllegalArgumentException("RSA key of " + bits + " bits");
        }
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(EXPONENT, new RngRandom(rng), bits, CERTAINTY));
        AsymmetricCipherKeyPair pair = generator.generateKeyPair();
        RSAPrivateCrtKeyParameters k = (RSAPrivateCrtKeyParameters) pair.getPrivate();
        return KeyForms.rsaPrivateOf(new KeyForms.RsaPrivate(
                bytes(k.getModulus()),
                bytes(k.getPublicExponent()),
                bytes(k.getExponent()),
                bytes(k.getP()),
                bytes(k.getQ()),
                bytes(k.getDP()),
                bytes(k.getDQ()),
                bytes(k.getQInv())));
    }

    static byte[] publicKey(byte[] privateKey) {
        KeyForms.RsaPrivate k = KeyForms.rsaPrivate(privateKey);
        return KeyForms.rsaPublicOf(new KeyForms.RsaPublic(k.modulus(), k.publicExponent()));
    }

    static byte[] sign(byte[] privateKey, byte[] message) {
        KeyForms.RsaPrivate k = KeyForms.rsaPrivate(privateKey);
        RSAPrivateCrtKeyParameters key = new RSAPrivateCrtKeyParameters(
                number(k.modulus()),
                number(k.publicExponent()),
                number(k.exponent()),
                number(k.prime1()),
                number(k.prime2()),
                number(k.exponent1()),
                number(k.exponent2()),
                number(k.coefficient()),
                true);
        // blinding must be secret, not random: drawn from the key and the message it needs no source, and a simulation repeats
        RSADigestSigner signer = new RSADigestSigner(new SHA256Digest());
        signer.init(true, new ParametersWithRandom(key, new RngRandom(Rng.of(new KeyedSource(privateKey, message)))));
        signer.update(message, 0, message.length);
        try {
            return signer.generateSignature();
        } catch (CryptoException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
        KeyForms.RsaPublic k = KeyForms.rsaPublic(publicKey);
        if (signature.length != k.modulus().length) return false;
        RSADigestSigner signer = new RSADigestSigner(new SHA256Digest());
        // "true": not to test the modulus for primes at each signature; a peer with a bad one harms itself
        signer.init(false, new RSAKeyParameters(false, number(k.modulus()), number(k.exponent()), true));
        signer.update(message, 0, message.length);
        return signer.verifySignature(signature);
    }

    private static BigInteger number(byte[] unsigned) {
        return new BigInteger(1, unsigned);
    }

    private static byte[] bytes(BigInteger number) {
        return BigIntegers.asUnsignedByteArray(number);
    }

    /** SHA-256 of key, message and a counter. */
    private static final class KeyedSource implements Rng.Source {
        private final byte[] seed;
        private int counter;

        KeyedSource(byte[] key, byte[] message) {
            SHA256Digest digest = new SHA256Digest();
            digest.update(key, 0, key.length);
            digest.update(message, 0, message.length);
            seed = new byte[digest.getDigestSize()];
            digest.doFinal(seed, 0);
        }

        @Override
        public void fill(byte[] bytes) {
            byte[] block = new byte[seed.length];
            for (int at = 0; at < bytes.length; at += block.length) {
                SHA256Digest digest = new SHA256Digest();
                digest.update(seed, 0, seed.length);
                digest.update(new Buf(4).putI32(++counter).array, 0, 4);
                digest.doFinal(block, 0);
                System.arraycopy(block, 0, bytes, at, Math.min(block.length, bytes.length - at));
            }
        }
    }
}
