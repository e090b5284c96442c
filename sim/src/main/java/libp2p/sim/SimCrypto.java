package libp2p.sim;

import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;

/**
 * What stands for cryptography where a world has none: it costs next to nothing and keeps nothing secret.
 *
 * <p>Hashes have the right size and depend on all of the data; a signature is a hash of the public key and the message, so that it fits no
 * other, though anyone could make it. There is no key agreement and no encryption: who wants them gives the world real primitives.
 */
final class SimCrypto implements Crypto {
    private static final int KEY = 32;

    @Override
    public byte[] sha256(byte[] data) {
        return digest(256, data, 32);
    }

    @Override
    public byte[] sha512(byte[] data) {
        return digest(512, data, 64);
    }

    @Override
    public byte[] hmacSha256(byte[] key, byte[] data) {
        return digest(Mix.with(1, key, 0, key.length), data, 32);
    }

    private static byte[] digest(long salt, byte[] data, int size) {
        byte[] out = new byte[size];
        for (int at = 0; at < size; at += 8) {
            long v = Mix.with(Mix.with(salt, at), data, 0, data.length);
            for (int i = 0; i < 8; i++) out[at + i] = (byte) (v >>> 8 * i);
        }
        return out;
    }

    @Override
    public byte[] generate(KeyType type, int bits, Rng rng) {
        if (type != KeyType.ED25519) throw none("keys of type " + type);
        byte[] seed = rng.bytes(KEY);
        byte[] both = Arrays.copyOf(seed, 2 * KEY);
        System.arraycopy(sha256(seed), 0, both, KEY, KEY);
        return both;
    }

    @Override
    public byte[] publicKey(KeyType type, byte[] privateKey) {
        return Arrays.copyOfRange(privateKey, KEY, 2 * KEY);
    }

    @Override
    public byte[] sign(KeyType type, byte[] privateKey, byte[] message) {
        return signature(publicKey(type, privateKey), message);
    }

    @Override
    public boolean verify(KeyType type, byte[] publicKey, byte[] message, byte[] signature) {
        return Arrays.equals(signature, signature(publicKey, message));
    }

    /** What the holder of that key says for its signature. */
    static byte[] signature(byte[] publicKey, byte[] message) {
        return digest(Mix.with(2, publicKey, 0, publicKey.length), message, 64);
    }

    @Override
    public byte[] x25519PublicKey(byte[] scalar) {
        throw none("key agreement");
    }

    @Override
    public byte[] x25519(byte[] scalar, byte[] point) {
        throw none("key agreement");
    }

    @Override
    public Aead chacha20Poly1305(byte[] key) {
        throw none("encryption");
    }

    private static UnsupportedOperationException none(String what) {
        return new UnsupportedOperationException("a world without real primitives has no " + what + "; see Fidelity.bytes");
    }
}
