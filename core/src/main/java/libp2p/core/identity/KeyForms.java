package libp2p.core.identity;

import java.util.Arrays;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * The DER forms of keys and signatures, between libp2p's form of a key type and plain numbers; no arithmetic, so whether a point lies on
 * its curve is left to {@link libp2p.core.Crypto}.
 *
 * <p>Numbers are big-endian without leading zeros unless their length is named. Malformed input is a {@link Violation}.
 * Sources: RFC 5280 4.1 (SPKI), RFC 8017 A.1 (PKCS#1), RFC 5915 (SEC1 private keys), RFC 5958 (PKCS#8), RFC 3279 2.2.3 (ECDSA signatures).
 */
public final class KeyForms {
    /** Bits of the shortest RSA modulus that is accepted. */
    public static final int RSA_BITS_MIN = 2048;
    /** Bits of the longest RSA modulus that is accepted. */
    public static final int RSA_BITS_MAX = 8192;
    /** Bits of an RSA modulus where none are asked for. */
    public static final int RSA_BITS_DEFAULT = 2048;
    /** Bytes of the longest SPKI of an RSA key of {@link #RSA_BITS_MAX} bits. */
    public static final int RSA_PUBLIC_MAX = 1100;
    /** Bytes of the longest PKCS#1 form of a private RSA key of {@link #RSA_BITS_MAX} bits. */
    public static final int RSA_PRIVATE_MAX = 6 * 1024;
    /** Bytes of the longest RSA signature. */
    public static final int RSA_SIGNATURE_MAX = RSA_BITS_MAX / 8;
    /** Bytes of the longest ECDSA signature over P-256 or secp256k1. */
    public static final int ECDSA_SIGNATURE_MAX = 72;
    /** Bytes of the longest public exponent of RSA; larger ones make verification slow and nobody uses them. */
    public static final int RSA_EXPONENT_MAX = 4;

    private static final int SCALAR = 32;
    private static final int POINT = 65;
    private static final int EC_PRIVATE_MAX = 256;
    private static final byte[] RSA_ENCRYPTION = {0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1};
    private static final byte[] EC_PUBLIC_KEY = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};
    private static final byte[] P256 = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 3, 1, 7};
    private static final byte[] SECP256K1 = {0x2b, (byte) 0x81, 4, 0, 0x0a};
    private static final byte[] ED25519 = {0x2b, 0x65, 0x70};

    private KeyForms() {}

    /** A public RSA key. */
    public record RsaPublic(byte[] modulus, byte[] exponent) {}

    /** A private RSA key with all that PKCS#1 keeps. */
    public record RsaPrivate(
            byte[] modulus,
            byte[] publicExponent,
            byte[] exponent,
            byte[] prime1,
            byte[] prime2,
            byte[] exponent1,
            byte[] exponent2,
            byte[] coefficient) {}

    /** The two halves of an ECDSA signature. */
    public record EcdsaSignature(byte[] r, byte[] s) {}

    /**
     * A private key of any algorithm out of PKCS#8 or SEC1.
     *
     * @param key of Ed25519 the 32-byte seed, of secp256k1 and ECDSA the 32-byte scalar, of RSA the PKCS#1 form
     */
    public record Unwrapped(KeyType type, byte[] key) {}

    // ---- RSA

    /** Reads the SPKI of an RSA key of 2048 to 8192 bits with an odd exponent of at least 3. */
    public static RsaPublic rsaPublic(byte[] spki) {
        if (spki.length > RSA_PUBLIC_MAX) throw new Violation("RSA key of more than " + RSA_PUBLIC_MAX + " bytes");
        Der outer = Der.of(spki);
        Der info = outer.sequence();
        outer.end();
        Der algorithm = info.sequence();
        algorithm.oidIs(RSA_ENCRYPTION);
        algorithm.nothing();
        algorithm.end();
        Der bits = Der.of(info.bits());
        info.end();
        Der key = bits.sequence();
        bits.end();
        byte[] modulus = key.integer(RSA_BITS_MAX / 8);
        byte[] exponent = key.integer(RSA_EXPONENT_MAX);
        key.end();
        return new RsaPublic(modulus(modulus), exponent(exponent));
    }

    /** Writes the SPKI of an RSA key. */
    public static byte[] rsaPublicOf(RsaPublic key) {
        byte[] numbers = Der.sequenceOf(Der.integerOf(key.modulus), Der.integerOf(key.exponent));
        return Der.sequenceOf(Der.sequenceOf(Der.oidOf(RSA_ENCRYPTION), Der.nothingOf()), Der.bitsOf(numbers));
    }

    /** Reads the PKCS#1 form of a private RSA key of 2048 to 8192 bits with two primes. */
    public static RsaPrivate rsaPrivate(byte[] pkcs1) {
        if (pkcs1.length > RSA_PRIVATE_MAX) throw new Violation("RSA key of more than " + RSA_PRIVATE_MAX + " bytes");
        int max = RSA_BITS_MAX / 8;
        Der outer = Der.of(pkcs1);
        Der k = outer.sequence();
        outer.end();
        k.integerIs(0);
        RsaPrivate key = new RsaPrivate(
                modulus(k.integer(max)),
                exponent(k.integer(RSA_EXPONENT_MAX)),
                k.integer(max),
                k.integer(max),
                k.integer(max),
                k.integer(max),
                k.integer(max),
                k.integer(max));
        k.end();
        return key;
    }

    /** Writes the PKCS#1 form of a private RSA key. */
    public static byte[] rsaPrivateOf(RsaPrivate k) {
        return Der.sequenceOf(
                Der.integerOf(0),
                Der.integerOf(k.modulus),
                Der.integerOf(k.publicExponent),
                Der.integerOf(k.exponent),
                Der.integerOf(k.prime1),
                Der.integerOf(k.prime2),
                Der.integerOf(k.exponent1),
                Der.integerOf(k.exponent2),
                Der.integerOf(k.coefficient));
    }

    private static byte[] modulus(byte[] n) {
        int bits = 8 * n.length - Integer.numberOfLeadingZeros(n[0] & 0xff) + 24;
        if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) throw new Violation("RSA key of " + bits + " bits");
        if ((n[n.length - 1] & 1) == 0) throw new Violation("RSA modulus is even");
        return n;
    }

    private static byte[] exponent(byte[] e) {
        if ((e[e.length - 1] & 1) == 0 || e.length == 1 && e[0] == 1) throw new Violation("RSA exponent is even or 1");
        return e;
    }

    // ---- elliptic curves

    /** Reads the SPKI of a P-256 key: the uncompressed point, 65 bytes. */
    public static byte[] p256Public(byte[] spki) {
        Der outer = Der.of(spki);
        Der info = outer.sequence();
        outer.end();
        Der algorithm = info.sequence();
        algorithm.oidIs(EC_PUBLIC_KEY);
        algorithm.oidIs(P256);
        algorithm.end();
        byte[] point = info.bits();
        info.end();
        return uncompressed(point);
    }

    /** Writes the SPKI of a P-256 key, given as uncompressed point. */
    public static byte[] p256PublicOf(byte[] point) {
        return Der.sequenceOf(Der.sequenceOf(Der.oidOf(EC_PUBLIC_KEY), Der.oidOf(P256)), Der.bitsOf(uncompressed(point)));
    }

    /** Reads the SEC1 form of a private P-256 key, libp2p's form of ECDSA: the scalar, 32 bytes. */
    public static byte[] p256Private(byte[] sec1) {
        Unwrapped key = sec1(sec1, KeyType.ECDSA);
        if (key.type != KeyType.ECDSA) throw new Violation("EC key of another curve than P-256");
        return key.key;
    }

    /** Writes the SEC1 form of a private P-256 key, with the curve, and with the uncompressed point as go-libp2p does if it is given. */
    public static byte[] p256PrivateOf(byte[] scalar, byte @Nullable [] point) {
        byte[] version = Der.integerOf(1);
        byte[] octets = Der.octetsOf(scalar(scalar));
        byte[] curve = Der.explicitOf(0, Der.oidOf(P256));
        if (point == null) return Der.sequenceOf(version, octets, curve);
        return Der.sequenceOf(version, octets, curve, Der.explicitOf(1, Der.bitsOf(uncompressed(point))));
    }

    /** Reads an ECDSA signature; whether the halves are in range is left to the curve. */
    public static EcdsaSignature ecdsa(byte[] der) {
        if (der.length > ECDSA_SIGNATURE_MAX) throw new Violation("ECDSA signature of more than " + ECDSA_SIGNATURE_MAX + " bytes");
        Der outer = Der.of(der);
        Der s = outer.sequence();
        outer.end();
        EcdsaSignature signature = new EcdsaSignature(s.integer(SCALAR), s.integer(SCALAR));
        s.end();
        return signature;
    }

    /** Writes an ECDSA signature. */
    public static byte[] ecdsaOf(byte[] r, byte[] s) {
        return Der.sequenceOf(Der.integerOf(r), Der.integerOf(s));
    }

    private static byte[] uncompressed(byte[] point) {
        if (point.length != POINT || point[0] != 4) throw new Violation("not an uncompressed point of 65 bytes");
        return point;
    }

    private static byte[] scalar(byte[] scalar) {
        if (scalar.length != SCALAR) throw new Violation("not a scalar of 32 bytes");
        return scalar;
    }

    // ---- PKCS#8 and SEC1

    /** Reads the SEC1 form of a private key; {@code implied} is its curve (ECDSA means P-256) if it does not name it, null if it must. */
    public static Unwrapped sec1(byte[] der, @Nullable KeyType implied) {
        if (der.length > EC_PRIVATE_MAX) throw new Violation("EC key of more than " + EC_PRIVATE_MAX + " bytes");
        Der outer = Der.of(der);
        Der k = outer.sequence();
        outer.end();
        k.integerIs(1);
        byte[] scalar = k.octets();
        KeyType type = implied;
        Der parameters = k.explicit(0);
        if (parameters != null) {
            type = curve(parameters.oid());
            parameters.end();
        }
        Der point = k.explicit(1);
        if (point != null) {
            point.bits();
            point.end();
        }
        k.end();
        if (type == null) throw new Violation("EC key names no curve");
        return new Unwrapped(type, scalar(scalar));
    }

    /** Reads a PKCS#8 private key that is not encrypted, of any of libp2p's types; attributes and a public key in it are passed over. */
    public static Unwrapped pkcs8(byte[] der) {
        if (der.length > RSA_PRIVATE_MAX + 64) throw new Violation("PKCS#8 key of more than " + (RSA_PRIVATE_MAX + 64) + " bytes");
        Der outer = Der.of(der);
        Der info = outer.sequence();
        outer.end();
        byte[] version = info.integer(1);
        if (version[0] > 1) throw new Violation("PKCS#8 version " + version[0]);
        Der algorithm = info.sequence();
        byte[] oid = algorithm.oid();
        Unwrapped key;
        if (Arrays.equals(oid, ED25519)) {
            Der inner = Der.of(info.octets());
            key = new Unwrapped(KeyType.ED25519, scalar(inner.octets()));
            inner.end();
        } else if (Arrays.equals(oid, RSA_ENCRYPTION)) {
            algorithm.nothing();
            key = new Unwrapped(KeyType.RSA, info.octets());
            rsaPrivate(key.key);
        } else if (Arrays.equals(oid, EC_PUBLIC_KEY)) {
            KeyType type = curve(algorithm.oid());
            key = sec1(info.octets(), type);
            if (key.type != type) throw new Violation("EC key names two curves");
        } else {
            throw new Violation("key of an algorithm that libp2p has not");
        }
        algorithm.end();
        while (info.hasMore()) info.skip();
        return key;
    }

    /** Writes the PKCS#8 form of a private key, without a public one. */
    public static byte[] pkcs8Of(Unwrapped key) {
        byte[] version = Der.integerOf(0);
        return switch (key.type) {
            case ED25519 -> Der.sequenceOf(version, Der.sequenceOf(Der.oidOf(ED25519)), Der.octetsOf(Der.octetsOf(scalar(key.key))));
            case RSA -> Der.sequenceOf(version, Der.sequenceOf(Der.oidOf(RSA_ENCRYPTION), Der.nothingOf()), Der.octetsOf(key.key));
            case ECDSA, SECP256K1 -> Der.sequenceOf(
                    version,
                    Der.sequenceOf(Der.oidOf(EC_PUBLIC_KEY), Der.oidOf(key.type == KeyType.ECDSA ? P256 : SECP256K1)),
                    Der.octetsOf(Der.sequenceOf(Der.integerOf(1), Der.octetsOf(scalar(key.key)))));
        };
    }

    // ---- SPKI of any type

    /** Reads a SubjectPublicKeyInfo of any of libp2p's types, as key stores and certificates have it. */
    public static PublicKey spki(byte[] der) {
        if (der.length > RSA_PUBLIC_MAX) throw new Violation("SPKI of more than " + RSA_PUBLIC_MAX + " bytes");
        Der outer = Der.of(der);
        Der info = outer.sequence();
        outer.end();
        Der algorithm = info.sequence();
        byte[] oid = algorithm.oid();
        if (Arrays.equals(oid, RSA_ENCRYPTION)) return new PublicKey(KeyType.RSA, der);
        KeyType type = Arrays.equals(oid, ED25519) ? KeyType.ED25519 : Arrays.equals(oid, EC_PUBLIC_KEY) ? curve(algorithm.oid()) : null;
        algorithm.end();
        byte[] key = info.bits();
        info.end();
        if (type == null) throw new Violation("key of an algorithm that libp2p has not");
        if (type == KeyType.ECDSA) return new PublicKey(type, p256PublicOf(key));
        return new PublicKey(type, type == KeyType.SECP256K1 ? compressed(key) : key);
    }

    /** Writes the SubjectPublicKeyInfo of an Ed25519 key. */
    public static byte[] ed25519PublicOf(byte[] key) {
        return Der.sequenceOf(Der.sequenceOf(Der.oidOf(ED25519)), Der.bitsOf(scalar(key)));
    }

    private static byte[] compressed(byte[] point) {
        if (point.length == SCALAR + 1) return point;
        byte[] out = Arrays.copyOf(uncompressed(point), SCALAR + 1);
        out[0] = (byte) (2 + (point[POINT - 1] & 1)); // SEC1 2.3.3: the sign of y
        return out;
    }

    private static KeyType curve(byte[] oid) {
        if (Arrays.equals(oid, P256)) return KeyType.ECDSA;
        if (Arrays.equals(oid, SECP256K1)) return KeyType.SECP256K1;
        throw new Violation("EC key of a curve that libp2p has not");
    }
}
