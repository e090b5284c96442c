package libp2p.netty;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Crypto;
import libp2p.core.identity.Der;
import libp2p.core.identity.KeyForms;
import libp2p.core.identity.KeyType;
import libp2p.multiformats.Multihash;

/**
 * The DTLS certificate of a host, which a seed gives once and for all: the same seed, the same bytes, the same {@code /certhash} in the
 * host's addresses. Who the host is, it does not say; a Noise handshake does.
 *
 * @param der the certificate
 * @param key its private key
 * @param hash of the certificate, as addresses have it
 */
record RtcCertificate(byte[] der, PrivateKey key, Multihash hash) {
    /** Bytes of a seed. */
    static final int SEED = 32;

    private static final BigInteger ORDER =
            new BigInteger("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16); // of P-256
    private static final int SCALAR = 32;
    private static final int SERIAL = 8;
    // Fixed, as all that the certificate is made of; nobody looks at them (RFC 8122 asks for the fingerprint only).
    private static final String FROM = "200101000000Z";
    private static final String TO = "21200101000000Z";

    /** The certificate of a seed. */
    static RtcCertificate of(byte[] seed) {
        if (seed.length != SEED) throw new IllegalArgumentException("a seed of " + seed.length + " bytes");
        // Not the provider that is fastest: this one's ECDSA is deterministic (RFC 6979).
        Crypto crypto = new BouncyCastleCrypto();
        byte[] wide = Arrays.copyOf(expand(crypto, seed, 1), 2 * SCALAR);
        System.arraycopy(expand(crypto, seed, 2), 0, wide, SCALAR, SCALAR);
        // 512 bits modulo the order: no bias that matters (FIPS 186-5 A.2.1).
        BigInteger d = new BigInteger(1, wide).mod(ORDER.subtract(BigInteger.ONE)).add(BigInteger.ONE);
        byte[] scalar = fixed(d);
        byte[] sec1 = KeyForms.p256PrivateOf(scalar, null);
        byte[] serial = Arrays.copyOf(expand(crypto, seed, 3), SERIAL);
        serial[0] = (byte) (serial[0] & 0x3f | 0x40);
        byte[] der = certificate(crypto, sec1, serial);
        try {
            byte[] pkcs8 = KeyForms.pkcs8Of(new KeyForms.Unwrapped(KeyType.ECDSA, scalar));
            PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            return new RtcCertificate(der, key, Multihash.of(Multihash.SHA2_256, crypto.sha256(der)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot read a P-256 key", e);
        } finally {
            Arrays.fill(wide, (byte) 0);
        }
    }

    /** HKDF's expansion (RFC 5869 2.3), a block of it by its own label. */
    private static byte[] expand(Crypto crypto, byte[] seed, int block) {
        return crypto.hmacSha256(seed, new byte[] {(byte) block});
    }

    private static byte[] fixed(BigInteger d) {
        byte[] b = d.toByteArray();
        byte[] out = new byte[SCALAR];
        int n = Math.min(b.length, SCALAR);
        System.arraycopy(b, b.length - n, out, SCALAR - n, n);
        return out;
    }

    private static byte[] certificate(Crypto crypto, byte[] sec1, byte[] serial) {
        byte[] algorithm = Der.sequenceOf(Der.oidOf(HostCertificate.ECDSA_WITH_SHA256));
        byte[] name = HostCertificate.name("libp2p-webrtc-direct");
        byte[] from = Der.tagged(PeerCertificate.UTC_TIME, FROM.getBytes(StandardCharsets.US_ASCII));
        byte[] to = Der.tagged(PeerCertificate.GENERALIZED_TIME, TO.getBytes(StandardCharsets.US_ASCII));
        byte[] toBeSigned = Der.sequenceOf(
                Der.explicitOf(0, Der.integerOf(HostCertificate.VERSION_3)),
                Der.integerOf(serial),
                algorithm,
                name,
                Der.sequenceOf(from, to),
                name,
                crypto.publicKey(KeyType.ECDSA, sec1));
        return Der.sequenceOf(toBeSigned, algorithm, Der.bitsOf(crypto.sign(KeyType.ECDSA, sec1, toBeSigned)));
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return "certificate " + hash;
    }
}
