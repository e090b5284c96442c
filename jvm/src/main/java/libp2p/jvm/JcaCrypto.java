package libp2p.jvm;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyForms;
import libp2p.core.identity.KeyType;
import libp2p.multiformats.Nullable;

/**
 * The primitives that a JCA provider has; what it has not throws {@link IllegalStateException}.
 *
 * <p>It makes a JCA object for each call but those of an {@link JcaAead}: that costs under a microsecond, and nothing is shared between
 * threads or left behind in virtual ones.
 */
final class JcaCrypto implements Crypto {
    private static final int KEY = 32;
    private static final int ED25519_PRIVATE = 64;
    private static final byte[] BASE_POINT = Arrays.copyOf(new byte[] {9}, KEY);
    // what goes before the 32 bytes of an X25519 key in PKCS#8 and SPKI (RFC 8410)
    private static final byte[] X25519_PKCS8 = {0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20};
    private static final byte[] X25519_SPKI = {0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 3, 0x21, 0};

    private final @Nullable Provider provider;
    private final String aead;
    private final @Nullable ThreadLocal<AeadRoom> rooms;

    /** The primitives of that provider, or, if null, of those that the platform prefers. */
    JcaCrypto(@Nullable Provider provider) {
        this.provider = provider;
        this.aead = provider == null ? "ChaCha20-Poly1305" : "ChaCha20/Poly1305/NoPadding";
        this.rooms = provider == null ? null : ThreadLocal.withInitial(AeadRoom::new);
    }

    @Override
    public byte[] sha256(byte[] data) {
        return digest("SHA-256", data);
    }

    @Override
    public byte[] sha512(byte[] data) {
        return digest("SHA-512", data);
    }

    private byte[] digest(String algorithm, byte[] data) {
        try {
            MessageDigest digest = provider == null ? MessageDigest.getInstance(algorithm) : MessageDigest.getInstance(algorithm, provider);
            return digest.digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] hmacSha256(byte[] key, byte[] data) {
        try {
            Mac mac = provider == null ? Mac.getInstance("HmacSHA256") : Mac.getInstance("HmacSHA256", provider);
            // the JCA takes no empty key, and a short one means the same as with zeros behind it (RFC 2104)
            mac.init(new SecretKeySpec(key.length == 0 ? new byte[1] : key, "HmacSHA256"));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] x25519PublicKey(byte[] scalar) {
        return x25519(scalar, BASE_POINT);
    }

    @Override
    public byte[] x25519(byte[] scalar, byte[] point) {
        if (scalar.length != KEY) throw new IllegalArgumentException("X25519 scalar of " + scalar.length + " bytes");
        if (point.length != KEY) throw new Violation("X25519 point of " + point.length + " bytes");
        byte[] secret;
        KeyFactory factory;
        KeyAgreement agreement;
        PrivateKey own;
        try {
            factory = factory("XDH");
            agreement = provider == null ? KeyAgreement.getInstance("XDH") : KeyAgreement.getInstance("XDH", provider);
            own = factory.generatePrivate(new PKCS8EncodedKeySpec(join(X25519_PKCS8, scalar)));
            agreement.init(own);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        try {
            agreement.doPhase(factory.generatePublic(new X509EncodedKeySpec(join(X25519_SPKI, point))), true);
            secret = agreement.generateSecret();
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new Violation("X25519 point is refused");
        }
        int any = 0;
        for (byte b : secret) any |= b;
        if (any == 0) throw new Violation("X25519 point of low order");
        return secret;
    }

    /** The current thread's room for a native cipher; null where the platform's own works on Java arrays. */
    @Nullable AeadRoom room() {
        return rooms == null ? null : rooms.get();
    }

    @Override
    public Aead chacha20Poly1305(byte[] key) {
        if (key.length != KEY) throw new IllegalArgumentException("key of " + key.length + " bytes");
        return new JcaAead(this, key);
    }

    Cipher cipher() throws GeneralSecurityException {
        return provider == null ? Cipher.getInstance(aead) : Cipher.getInstance(aead, provider);
    }

    @Override
    public byte[] generate(KeyType type, int bits, Rng rng) {
        if (type != KeyType.ED25519) throw new IllegalStateException("the JCA draws from no Rng");
        byte[] seed = rng.bytes(KEY);
        return join(seed, ed25519PublicKey(seed));
    }

    @Override
    public byte[] publicKey(KeyType type, byte[] privateKey) {
        if (type == KeyType.RSA) {
            KeyForms.RsaPrivate key = KeyForms.rsaPrivate(privateKey);
            return KeyForms.rsaPublicOf(new KeyForms.RsaPublic(key.modulus(), key.publicExponent()));
        }
        if (type != KeyType.ED25519) throw new IllegalStateException("the JCA derives no public keys of " + type);
        if (privateKey.length != ED25519_PRIVATE) throw new IllegalArgumentException("Ed25519 key of " + privateKey.length + " bytes");
        return ed25519PublicKey(Arrays.copyOf(privateKey, KEY));
    }

    /** By a generator that draws the seed as its random number: the JDK's does; a known answer tells about others. */
    @BeyondAndroid26("NamedParameterSpec.ED25519, of providers that have the curve")
    private byte[] ed25519PublicKey(byte[] seed) {
        try {
            KeyPairGenerator generator =
                    provider == null ? KeyPairGenerator.getInstance("EdDSA") : KeyPairGenerator.getInstance("EdDSA", provider);
            generator.initialize(NamedParameterSpec.ED25519, new SeedRandom(seed));
            byte[] spki = generator.generateKeyPair().getPublic().getEncoded();
            return Arrays.copyOfRange(spki, spki.length - KEY, spki.length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class SeedRandom extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final byte[] seed;

        SeedRandom(byte[] seed) {
            super(null, null); // no provider is looked up
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (bytes.length != seed.length) throw new IllegalStateException("asked for " + bytes.length + " bytes of a seed");
            System.arraycopy(seed, 0, bytes, 0, seed.length);
        }
    }

    @Override
    public byte[] sign(KeyType type, byte[] privateKey, byte[] message) {
        byte[] key = privateKey;
        if (type == KeyType.ED25519) {
            if (key.length != ED25519_PRIVATE) throw new IllegalArgumentException("Ed25519 key of " + key.length + " bytes");
            key = Arrays.copyOf(key, KEY);
        } else if (type == KeyType.ECDSA) {
            key = KeyForms.p256Private(key);
        }
        try {
            Signature signature = signature(type);
            byte[] pkcs8 = KeyForms.pkcs8Of(new KeyForms.Unwrapped(type, key));
            signature.initSign(factory(type).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean verify(KeyType type, byte[] publicKey, byte[] message, byte[] signature) {
        Signature verifier;
        KeyFactory factory;
        try {
            verifier = signature(type);
            factory = factory(type);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        try {
            PublicKey key = factory.generatePublic(new X509EncodedKeySpec(spki(type, publicKey, signature)));
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException | RuntimeException e) {
            return false; // malformed keys and signatures, as each provider reports them
        }
    }

    /** The key's SPKI, after a check of the forms of key and signature, since providers differ in what they let pass. */
    private static byte[] spki(KeyType type, byte[] publicKey, byte[] signature) {
        if (type == KeyType.ED25519) {
            if (signature.length != 2 * KEY) throw new Violation("Ed25519 signature of " + signature.length + " bytes");
            return KeyForms.ed25519PublicOf(publicKey);
        }
        if (type == KeyType.ECDSA) {
            KeyForms.p256Public(publicKey);
            KeyForms.ecdsa(signature);
        } else if (KeyForms.rsaPublic(publicKey).modulus().length != signature.length) {
            throw new Violation("RSA signature of " + signature.length + " bytes");
        }
        return publicKey;
    }

    private Signature signature(KeyType type) throws GeneralSecurityException {
        String name = switch (type) {
            case ED25519 -> "EdDSA";
            case ECDSA -> "SHA256withECDSA";
            case RSA -> "SHA256withRSA";
            case SECP256K1 -> throw new IllegalStateException("the JCA has no secp256k1");
        };
        return provider == null ? Signature.getInstance(name) : Signature.getInstance(name, provider);
    }

    private KeyFactory factory(KeyType type) throws GeneralSecurityException {
        return factory(type == KeyType.ED25519 ? "EdDSA" : type == KeyType.ECDSA ? "EC" : "RSA");
    }

    private KeyFactory factory(String name) throws GeneralSecurityException {
        return provider == null ? KeyFactory.getInstance(name) : KeyFactory.getInstance(name, provider);
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    @Override
    public String toString() {
        return provider == null ? "JCA" : provider.getName();
    }
}
