package libp2p.bench;

import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;

/** All primitives of another, but a cipher that copies: what remains is what the frames themselves cost. */
final class NullCrypto implements Crypto {
    private final Crypto real;

    NullCrypto(Crypto real) {
        this.real = real;
    }

    @Override
    public Aead chacha20Poly1305(byte[] key) {
        return new Aead() {
            @Override
            public void seal(byte[] nonce, byte[] data, byte[] in, int inAt, int size, byte[] out, int outAt) {
                System.arraycopy(in, inAt, out, outAt, size);
            }

            @Override
            public boolean open(byte[] nonce, byte[] data, byte[] in, int inAt, int size, byte[] out, int outAt) {
                System.arraycopy(in, inAt, out, outAt, size - TAG);
                return true;
            }

            @Override
            public void dispose() {}
        };
    }

    @Override
    public byte[] sha256(byte[] data) {
        return real.sha256(data);
    }

    @Override
    public byte[] sha512(byte[] data) {
        return real.sha512(data);
    }

    @Override
    public byte[] hmacSha256(byte[] key, byte[] data) {
        return real.hmacSha256(key, data);
    }

    @Override
    public byte[] x25519PublicKey(byte[] scalar) {
        return real.x25519PublicKey(scalar);
    }

    @Override
    public byte[] x25519(byte[] scalar, byte[] point) {
        return real.x25519(scalar, point);
    }

    @Override
    public byte[] generate(KeyType type, int bits, Rng rng) {
        return real.generate(type, bits, rng);
    }

    @Override
    public byte[] publicKey(KeyType type, byte[] privateKey) {
        return real.publicKey(type, privateKey);
    }

    @Override
    public byte[] sign(KeyType type, byte[] privateKey, byte[] message) {
        return real.sign(type, privateKey, message);
    }

    @Override
    public boolean verify(KeyType type, byte[] publicKey, byte[] message, byte[] signature) {
        return real.verify(type, publicKey, message, signature);
    }
}
