package libp2p.jvm;

import java.security.Provider;
import java.security.ProviderException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyType;
import libp2p.multiformats.Nullable;

/**
 * The best that there is on this JVM, in a fixed order for each primitive.
 *
 * <ul>
 *   <li>ChaCha20-Poly1305: Conscrypt, JCA, BouncyCastle
 *   <li>X25519, Ed25519, ECDSA: Conscrypt, BouncyCastle, JCA
 *   <li>RSA, hashes, HMAC, new Ed25519 keys: JCA, BouncyCastle
 *   <li>secp256k1, new keys of the other types: BouncyCastle
 * </ul>
 *
 * <p>A provider is loaded, and must give a known answer, when its primitive is first used; one that cannot is passed over. So a node with
 * Conscrypt and an Ed25519 key never loads BouncyCastle, whose signed jar takes 0.1 to 0.3 s and 13 MB to open. Thread-safe.
 */
public final class JvmCrypto implements Crypto {
    private final Choice hash;
    private final Choice aead;
    private final Choice x25519;
    private final Choice ed25519;
    private final Choice ecdsa;
    private final Choice rsa;
    private final Choice keys;
    private final Choice pure;

    /** In these orders; {@code pure} has secp256k1 and makes keys. */
    JvmCrypto(
            List<Supplier<@Nullable Crypto>> aeads,
            List<Supplier<@Nullable Crypto>> curves,
            List<Supplier<@Nullable Crypto>> others,
            Supplier<@Nullable Crypto> pure) {
        hash = new Choice("hashes", others, KnownAnswers::hashes);
        aead = new Choice("ChaCha20-Poly1305", aeads, KnownAnswers::aead);
        x25519 = new Choice("X25519", curves, KnownAnswers::x25519);
        ed25519 = new Choice("Ed25519", curves, KnownAnswers::ed25519);
        ecdsa = new Choice("ECDSA", curves, KnownAnswers::ecdsa);
        rsa = new Choice("RSA", others, KnownAnswers::rsa);
        keys = new Choice("new keys", others, KnownAnswers::keys);
        this.pure = new Choice("secp256k1", List.of(pure), KnownAnswers::secp256k1);
    }

    /** With Conscrypt, if it is there. */
    public static JvmCrypto create() {
        return create(true);
    }

    /** With Conscrypt, if it is there, or without: its native library takes time and memory to load. */
    public static JvmCrypto create(boolean conscrypt) {
        Supplier<@Nullable Crypto> jca = () -> new JcaCrypto(null);
        // not a method reference, which would load it at once
        Supplier<@Nullable Crypto> pure = () -> new BouncyCastleCrypto();
        Supplier<@Nullable Crypto> fast = () -> {
            Provider provider = conscrypt ? ConscryptProvider.load() : null;
            return provider == null ? null : new JcaCrypto(provider);
        };
        return new JvmCrypto(List.of(fast, jca, pure), List.of(fast, pure, jca), List.of(jca, pure), pure);
    }

    @Override
    public byte[] sha256(byte[] data) {
        return hash.crypto().sha256(data);
    }

    @Override
    public byte[] sha512(byte[] data) {
        return hash.crypto().sha512(data);
    }

    @Override
    public byte[] hmacSha256(byte[] key, byte[] data) {
        return hash.crypto().hmacSha256(key, data);
    }

    @Override
    public byte[] x25519PublicKey(byte[] scalar) {
        return x25519.crypto().x25519PublicKey(scalar);
    }

    @Override
    public byte[] x25519(byte[] scalar, byte[] point) {
        return x25519.crypto().x25519(scalar, point);
    }

    @Override
    public Aead chacha20Poly1305(byte[] key) {
        return aead.crypto().chacha20Poly1305(key);
    }

    @Override
    public byte[] generate(KeyType type, int bits, Rng rng) {
        return (type == KeyType.ED25519 ? keys : pure).crypto().generate(type, bits, rng);
    }

    @Override
    public byte[] publicKey(KeyType type, byte[] privateKey) {
        return (type == KeyType.ED25519 ? keys : type == KeyType.RSA ? rsa : pure).crypto().publicKey(type, privateKey);
    }

    @Override
    public byte[] sign(KeyType type, byte[] privateKey, byte[] message) {
        return choice(type).crypto().sign(type, privateKey, message);
    }

    @Override
    public boolean verify(KeyType type, byte[] publicKey, byte[] message, byte[] signature) {
        return choice(type).crypto().verify(type, publicKey, message, signature);
    }

    private Choice choice(KeyType type) {
        return switch (type) {
            case ED25519 -> ed25519;
            case ECDSA -> ecdsa;
            case RSA -> rsa;
            case SECP256K1 -> pure;
        };
    }

    /**
     * Loads and tries what a handshake of Noise needs, which takes 0.1 s and more, so that the first connection does not pay for it. What
     * cannot be had is an {@link IllegalStateException} here, and again where it is used.
     */
    void prepare() {
        for (Choice c : List.of(hash, x25519, aead, ed25519)) c.crypto();
    }

    /** Which provider each primitive has, after making sure of all of them. */
    public String describe() {
        List<String> parts = new ArrayList<>();
        for (Choice c : List.of(aead, x25519, ed25519, ecdsa, pure, rsa, hash)) parts.add(c.primitive + " " + c.crypto());
        return String.join(", ", parts);
    }

    /** One primitive's provider, chosen when first asked for. Two threads may choose at once; they choose the same. */
    private static final class Choice {
        private final String primitive;
        private final List<Supplier<@Nullable Crypto>> order;
        private final Predicate<Crypto> knows;
        private volatile @Nullable Crypto chosen;

        Choice(String primitive, List<Supplier<@Nullable Crypto>> order, Predicate<Crypto> knows) {
            this.primitive = primitive;
            this.order = order;
            this.knows = knows;
        }

        Crypto crypto() {
            Crypto c = chosen;
            if (c == null) chosen = c = choose();
            return c;
        }

        private Crypto choose() {
            for (Supplier<@Nullable Crypto> s : order) {
                Crypto c = s.get();
                try {
                    if (c != null && knows.test(c)) return c;
                } catch (IllegalStateException | IllegalArgumentException | Violation | LinkageError | ProviderException e) {
                    continue; // it has no such primitive, or a broken one
                }
            }
            throw new IllegalStateException("no provider has " + primitive);
        }
    }
}
