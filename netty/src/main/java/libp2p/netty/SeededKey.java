package libp2p.netty;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.identity.KeyForms;
import libp2p.core.identity.KeyType;

/**
 * The P-256 key that a seed gives once and for all: the same seed, the same key.
 *
 * @param sec1 its private half as {@link Crypto} has it
 * @param spki its public half
 * @param key its private half as Java has it
 */
record SeededKey(byte[] sec1, byte[] spki, PrivateKey key) {
    /** Bytes of a seed. */
    static final int SEED = 32;

    private static final BigInteger ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16); // of P-256
    private static final int SCALAR = 32;

    static SeededKey of(Crypto crypto, byte[] seed) {
        if (seed.length != SEED) throw new IllegalArgumentException("a seed of " + seed.length + " bytes");
        byte[] wide = Arrays.copyOf(expand(crypto, seed, 1), 2 * SCALAR);
        System.arraycopy(expand(crypto, seed, 2), 0, wide, SCALAR, SCALAR);
        // 512 bits modulo the order: no bias that matters (FIPS 186-5 A.2.1).
        BigInteger d = new BigInteger(1, wide).mod(ORDER.subtract(BigInteger.ONE)).add(BigInteger.ONE);
        Arrays.fill(wide, (byte) 0);
        byte[] scalar = fixed(d);
        byte[] sec1 = KeyForms.p256PrivateOf(scalar, null);
        try {
            byte[] pkcs8 = KeyForms.pkcs8Of(new KeyForms.Unwrapped(KeyType.ECDSA, scalar));
            PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            return new SeededKey(sec1, crypto.publicKey(KeyType.ECDSA, sec1), key);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot read a P-256 key", e);
        }
    }

    /** HKDF's expansion (RFC 5869 2.3), a block of it by its own label; 1 and 2 are the key's. */
    static byte[] expand(Crypto crypto, byte[] seed, int block) {
        return crypto.hmacSha256(seed, new byte[] {(byte) block});
    }

    private static byte[] fixed(BigInteger d) {
        byte[] b = d.toByteArray();
        byte[] out = new byte[SCALAR];
        int n = Math.min(b.length, SCALAR);
        System.arraycopy(b, b.length - n, out, SCALAR - n, n);
        return out;
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return "a key from a seed";
    }
}
