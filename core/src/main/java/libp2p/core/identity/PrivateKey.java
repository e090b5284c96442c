package libp2p.core.identity;

import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.proto.ProtoReader;

/**
 * A private key in libp2p's form of its type: Ed25519 64 bytes {@code private || public}, secp256k1 32, ECDSA SEC1 DER, RSA PKCS#1 DER.
 *
 * <p>It never travels; this is the form of key files. Its text shows no secret. It may be wiped, after which it is of no use; copies
 * that were taken of it remain. Not to be wiped while others use it; otherwise thread-safe. Source: specs/peer-ids/peer-ids.md, "Keys".
 */
public final class PrivateKey {
    /** Bytes of the longest encoded key: RSA of 8192 bits. */
    public static final int ENCODED_MAX = KeyForms.RSA_PRIVATE_MAX + 6;

    private static final int ED25519_SIZE = 64;
    private static final int ED25519_HALF = 32;
    private static final int ED25519_OLD_SIZE = 96;
    private static final int SECP256K1_SIZE = 32;

    private final KeyType type;
    private final byte[] data;
    private boolean destroyed;

    /** A key in libp2p's form of the type, or Ed25519's old one of 96 bytes; {@link Violation} if it has neither. */
    public PrivateKey(KeyType type, byte[] data) {
        this.type = type;
        this.data = checked(type, data);
    }

    private static byte[] checked(KeyType type, byte[] data) {
        int n = data.length;
        switch (type) {
            case ED25519 -> {
                if (n == ED25519_OLD_SIZE) {
                    for (int i = ED25519_HALF; i < ED25519_SIZE; i++) {
                        if (data[i] != data[i + ED25519_HALF]) throw new Violation("Ed25519 key has two public keys");
                    }
                    n = ED25519_SIZE;
                }
                if (n != ED25519_SIZE) throw new Violation("private Ed25519 key of " + n + " bytes");
            }
            case SECP256K1 -> {
                if (n != SECP256K1_SIZE) throw new Violation("private secp256k1 key of " + n + " bytes");
            }
            case ECDSA -> KeyForms.p256Private(data);
            case RSA -> KeyForms.rsaPrivate(data);
        }
        return Arrays.copyOf(data, n);
    }

    /** A fresh key; of RSA {@link KeyForms#RSA_BITS_DEFAULT} bits. */
    public static PrivateKey generate(KeyType type, Crypto crypto, Rng rng) {
        return new PrivateKey(type, crypto.generate(type, KeyForms.RSA_BITS_DEFAULT, rng));
    }

    /** The Ed25519 key of a 32-byte seed (RFC 8032 5.1.5), the form that PKCS#8 has. */
    public static PrivateKey ofEd25519Seed(byte[] seed, Crypto crypto) {
        if (seed.length != ED25519_HALF) throw new Violation("Ed25519 seed of " + seed.length + " bytes");
        byte[] data = Arrays.copyOf(seed, ED25519_SIZE);
        System.arraycopy(crypto.publicKey(KeyType.ED25519, data), 0, data, ED25519_HALF, ED25519_HALF);
        PrivateKey key = new PrivateKey(KeyType.ED25519, data);
        Arrays.fill(data, (byte) 0);
        return key;
    }

    /** The key of a PKCS#8 file; {@link Violation} if it is malformed. */
    public static PrivateKey ofPkcs8(byte[] der, Crypto crypto) {
        return of(KeyForms.pkcs8(der), crypto);
    }

    /** The key that was unwrapped. */
    public static PrivateKey of(KeyForms.Unwrapped key, Crypto crypto) {
        if (key.type() == KeyType.ED25519) return ofEd25519Seed(key.key(), crypto);
        if (key.type() != KeyType.ECDSA) return new PrivateKey(key.type(), key.key());
        byte[] spki = crypto.publicKey(KeyType.ECDSA, KeyForms.p256PrivateOf(key.key(), null));
        return new PrivateKey(KeyType.ECDSA, KeyForms.p256PrivateOf(key.key(), KeyForms.p256Public(spki)));
    }

    /** The PKCS#8 form: the secret. */
    public byte[] toPkcs8() {
        byte[] key = alive();
        if (type == KeyType.ED25519) key = Arrays.copyOf(key, ED25519_HALF);
        if (type == KeyType.ECDSA) key = KeyForms.p256Private(key);
        return KeyForms.pkcs8Of(new KeyForms.Unwrapped(type, key));
    }

    /** The type. */
    public KeyType type() {
        return type;
    }

    /** The secret, in libp2p's form of its type. */
    public byte[] data() {
        return Arrays.copyOf(alive(), data.length);
    }

    /** The protobuf message of key files: the secret. */
    public byte[] encode() {
        return PublicKey.encode(type, alive());
    }

    /** Reads the protobuf message; {@link Violation} if it is malformed. */
    public static PrivateKey decode(byte[] encoded) {
        ProtoReader in = new ProtoReader(encoded);
        KeyType type = PublicKey.type(in, encoded.length, ENCODED_MAX);
        PrivateKey key = new PrivateKey(type, in.bytes(KeyForms.RSA_PRIVATE_MAX));
        if (in.next() != 0) throw new Violation("key goes on after its data");
        return key;
    }

    /** The public key; {@link Violation} if the key holds another one than its own. */
    public PublicKey publicKey(Crypto crypto) {
        byte[] own = crypto.publicKey(type, alive());
        if (type == KeyType.ED25519 && !Arrays.equals(own, Arrays.copyOfRange(data, ED25519_HALF, ED25519_SIZE))) {
            throw new Violation("Ed25519 key holds another key's public half");
        }
        return new PublicKey(type, own);
    }

    /** Signs the message, in the form libp2p has for the type. */
    public byte[] sign(Crypto crypto, byte[] message) {
        return crypto.sign(type, alive(), message);
    }

    /** Overwrites the secret. */
    public void destroy() {
        destroyed = true;
        Arrays.fill(data, (byte) 0);
    }

    private byte[] alive() {
        if (destroyed) throw new IllegalStateException("the key was destroyed");
        return data;
    }

    /** The type only. */
    @Override
    public String toString() {
        return "private " + type + " key";
    }
}
