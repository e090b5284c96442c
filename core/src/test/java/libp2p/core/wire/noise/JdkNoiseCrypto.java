package libp2p.core.wire.noise;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;

/** What Noise needs of the JDK, for tests in core, which has no provider of its own. */
final class JdkNoiseCrypto implements Crypto {
    private interface Work<T> {
        T run() throws GeneralSecurityException;
    }

    private static <T> T done(Work<T> work) {
        try {
            return work.run();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] sha256(byte[] data) {
        return done(() -> MessageDigest.getInstance("SHA-256").digest(data));
    }

    @Override
    public byte[] sha512(byte[] data) {
        return done(() -> MessageDigest.getInstance("SHA-512").digest(data));
    }

    @Override
    public byte[] hmacSha256(byte[] key, byte[] data) {
        return done(() -> {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(data);
        });
    }

    private static PrivateKey scalar(byte[] scalar) throws GeneralSecurityException {
        return KeyFactory.getInstance("X25519").generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar));
    }

    @Override
    public byte[] x25519PublicKey(byte[] scalar) {
        byte[] base = new byte[32];
        base[0] = 9;
        return x25519(scalar, base);
    }

    @Override
    public byte[] x25519(byte[] scalar, byte[] point) {
        return done(() -> {
            byte[] big = new byte[32];
            for (int i = 0; i < 32; i++) big[31 - i] = point[i];
            big[0] &= 0x7f;
            XECPublicKey key = (XECPublicKey) KeyFactory.getInstance("X25519")
                    .generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, big)));
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(scalar(scalar));
            agreement.doPhase(key, true);
            return agreement.generateSecret();
        });
    }

    @Override
    public Aead chacha20Poly1305(byte[] key) {
        SecretKeySpec spec = new SecretKeySpec(key, "ChaCha20");
        return new Aead() {
            @Override
            public void seal(byte[] nonce, byte[] data, byte[] in, int inAt, int size, byte[] out, int outAt) {
                done(() -> {
                    Cipher c = Cipher.getInstance("ChaCha20-Poly1305");
                    c.init(Cipher.ENCRYPT_MODE, spec, new IvParameterSpec(nonce));
                    c.updateAAD(data);
                    return c.doFinal(in, inAt, size, out, outAt);
                });
            }

            @Override
            public boolean open(byte[] nonce, byte[] data, byte[] in, int inAt, int size, byte[] out, int outAt) {
                try {
                    Cipher c = Cipher.getInstance("ChaCha20-Poly1305");
                    c.init(Cipher.DECRYPT_MODE, spec, new IvParameterSpec(nonce));
                    c.updateAAD(data);
                    c.doFinal(in, inAt, size, out, outAt);
                    return true;
                } catch (GeneralSecurityException e) {
                    return false;
                }
            }

            @Override
            public void dispose() {}
        };
    }

    @Override
    public byte[] generate(KeyType type, int bits, Rng rng) {
        throw new IllegalStateException("no identity keys here");
    }

    @Override
    public byte[] publicKey(KeyType type, byte[] privateKey) {
        throw new IllegalStateException("no identity keys here");
    }

    @Override
    public byte[] sign(KeyType type, byte[] privateKey, byte[] message) {
        throw new IllegalStateException("no identity keys here");
    }

    @Override
    public boolean verify(KeyType type, byte[] publicKey, byte[] message, byte[] signature) {
        throw new IllegalStateException("no identity keys here");
    }
}
