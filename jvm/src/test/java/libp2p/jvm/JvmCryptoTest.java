package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.identity.KeyType;
import libp2p.testkit.CryptoContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class JvmCryptoTest {

    @Nested
    class WithConscrypt extends CryptoContract {
        private final JvmCrypto crypto = JvmCrypto.create();

        @Override
        protected Crypto crypto() {
            return crypto;
        }

        @Test
        void conscryptDoesWhatItIsBestAt() {
            assertThat(crypto.describe())
                    .isEqualTo("ChaCha20-Poly1305 Conscrypt, X25519 Conscrypt, Ed25519 Conscrypt, ECDSA Conscrypt, "
                            + "secp256k1 BouncyCastle, RSA JCA, hashes JCA");
        }
    }

    @Nested
    class WithoutConscrypt extends CryptoContract {
        private final JvmCrypto crypto = JvmCrypto.create(false);

        @Override
        protected Crypto crypto() {
            return crypto;
        }

        @Test
        void theJdkAndBouncyCastleShareTheWork() {
            assertThat(crypto.describe())
                    .isEqualTo("ChaCha20-Poly1305 JCA, X25519 BouncyCastle, Ed25519 BouncyCastle, ECDSA BouncyCastle, "
                            + "secp256k1 BouncyCastle, RSA JCA, hashes JCA");
        }
    }

    /** The last resort of each primitive must be right too. */
    @Nested
    class WithTheJdkWhereItCan extends CryptoContract {
        private final Crypto jca = new JcaCrypto(null);
        private final Crypto crypto = new JvmCrypto(List.of(() -> jca), List.of(() -> jca), List.of(() -> jca), BouncyCastleCrypto::new);

        @Override
        protected Crypto crypto() {
            return crypto;
        }
    }

    @Test
    void onceItIsPreparedAHandshakeLoadsNothing() {
        AtomicInteger loaded = new AtomicInteger();
        Crypto right = new BouncyCastleCrypto();
        List<Supplier<Crypto>> counted = List.of(() -> {
            loaded.incrementAndGet();
            return right;
        });
        JvmCrypto crypto = new JvmCrypto(counted, counted, counted, () -> {
            throw new AssertionError("secp256k1 is not of a handshake");
        });
        crypto.prepare();
        int before = loaded.get();
        byte[] key = new byte[32];
        crypto.x25519PublicKey(key);
        crypto.chacha20Poly1305(key);
        crypto.hmacSha256(key, key);
        crypto.sign(KeyType.ED25519, right.generate(KeyType.ED25519, 0, Rng.seeded(1)), key);
        assertThat(before).isPositive();
        assertThat(loaded).hasValue(before);
    }

    @Test
    void aProviderThatGivesAWrongAnswerIsPassedOver() {
        Crypto right = new BouncyCastleCrypto();
        Crypto wrong = new Lying();
        JvmCrypto crypto = new JvmCrypto(
                List.of(() -> null, () -> wrong, () -> right),
                List.of(() -> wrong, () -> right),
                List.of(() -> wrong, () -> right),
                () -> right);
        assertThat(crypto.describe()).doesNotContain("Lying").contains("ChaCha20-Poly1305 BouncyCastle", "X25519 BouncyCastle");
        assertThat(crypto.sha256(new byte[0])).isEqualTo(right.sha256(new byte[0]));
        assertThat(crypto.generate(KeyType.ED25519, 0, Rng.seeded(1))).isEqualTo(right.generate(KeyType.ED25519, 0, Rng.seeded(1)));
    }

    /** Answers everything, wrongly. */
    private static final class Lying implements Crypto {
        @Override
        public byte[] sha256(byte[] data) {
            return new byte[32];
        }

        @Override
        public byte[] sha512(byte[] data) {
            return new byte[64];
        }

        @Override
        public byte[] hmacSha256(byte[] key, byte[] data) {
            return new byte[32];
        }

        @Override
        public byte[] x25519PublicKey(byte[] scalar) {
            return new byte[32];
        }

        @Override
        public byte[] x25519(byte[] scalar, byte[] point) {
            return new byte[32];
        }

        @Override
        public Aead chacha20Poly1305(byte[] key) {
            throw new IllegalStateException("none");
        }

        @Override
        public byte[] generate(KeyType type, int bits, Rng rng) {
            return new byte[32];
        }

        @Override
        public byte[] publicKey(KeyType type, byte[] privateKey) {
            return new byte[32];
        }

        @Override
        public byte[] sign(KeyType type, byte[] privateKey, byte[] message) {
            return new byte[64];
        }

        @Override
        public boolean verify(KeyType type, byte[] publicKey, byte[] message, byte[] signature) {
            return true;
        }

        @Override
        public String toString() {
            return "Lying";
        }
    }
}
