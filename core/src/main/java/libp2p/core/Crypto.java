package libp2p.core;

import libp2p.core.identity.KeyType;

/**
 * The cryptographic primitives that libp2p needs, from whatever library the platform has; we write none ourselves.
 *
 * <p>Synchronous, on byte arrays. A {@code Crypto} is thread-safe; an {@link Aead} belongs to its connection's loop. Malformed remote input
 * (keys, signatures, points) gives {@code false} or a {@link Violation}, never another exception.
 */
public interface Crypto {
    /** SHA-256 of the data; 32 bytes. */
    byte[] sha256(byte[] data);

    /** SHA-512 of the data; 64 bytes. */
    byte[] sha512(byte[] data);

    /** HMAC-SHA-256; 32 bytes. */
    byte[] hmacSha256(byte[] key, byte[] data);

    /** The X25519 public key of a 32-byte scalar (RFC 7748). */
    byte[] x25519PublicKey(byte[] scalar);

    /** The X25519 shared secret; a result of all zeros, from a low-order point, is a {@link Violation}. */
    byte[] x25519(byte[] scalar, byte[] point);

    /** ChaCha20-Poly1305 (RFC 8439) under a 32-byte key. */
    Aead chacha20Poly1305(byte[] key);

    /**
     * A fresh private key in libp2p's form of its type (specs/peer-ids/peer-ids.md): Ed25519 64 bytes {@code private || public}, secp256k1
     * 32 bytes, ECDSA the SEC1 DER, RSA the PKCS#1 DER.
     *
     * @param bits the size of an RSA modulus, 2048 to 8192; ignored otherwise
     */
    byte[] generate(KeyType type, int bits, Rng rng);

    /** The public part of a private key, both in libp2p's form of the type. */
    byte[] publicKey(KeyType type, byte[] privateKey);

    /** A signature as libp2p wants it: Ed25519 64 bytes, ECDSA and secp256k1 DER over SHA-256, RSA PKCS#1 v1.5 with SHA-256. */
    byte[] sign(KeyType type, byte[] privateKey, byte[] message);

    /** Whether the signature is right; false also for a key or a signature that is malformed or, for RSA, not of 2048 to 8192 bits. */
    boolean verify(KeyType type, byte[] publicKey, byte[] message, byte[] signature);

    /** Authenticated encryption under one key; both directions may be used, each call stands alone. */
    interface Aead {
        /** Bytes that sealing adds. */
        int TAG = 16;

        /**
         * Encrypts {@code in[inAt..inAt+size)} to {@code out[outAt..outAt+size+TAG)}; the two ranges must not overlap.
         *
         * @param nonce 12 bytes, never twice the same under one key
         * @param data associated data, empty for none
         */
        void seal(byte[] nonce, byte[] data, byte[] in, int inAt, int size, byte[] out, int outAt);

        /** Decrypts {@code size} bytes (with the tag) and says whether they were authentic; if not, {@code out} holds nothing of use. */
        boolean open(byte[] nonce, byte[] data, byte[] in, int inAt, int size, byte[] out, int outAt);

        /** Forgets the key, as far as the platform allows. */
        void dispose();
    }
}
