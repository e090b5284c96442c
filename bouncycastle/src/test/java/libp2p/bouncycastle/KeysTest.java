package libp2p.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Properties;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyForms;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PrivateKey;
import libp2p.core.identity.PublicKey;
import libp2p.core.proto.ProtoWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys as specs/peer-ids/peer-ids.md has them. */
class KeysTest {
    private static final Crypto CRYPTO = new BouncyCastleCrypto();

    private static byte[] vector(String name) throws IOException {
        Properties all = new Properties();
        try (InputStream in = KeysTest.class.getResourceAsStream("peer-ids.properties")) {
            all.load(in);
        }
        return HexFormat.of().parseHex(all.getProperty(name));
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void theSpecificationsKeysAreReadAndWrittenAgain(KeyType type) throws IOException {
        String name = type.name().toLowerCase(Locale.ROOT);
        PrivateKey key = PrivateKey.decode(vector(name + "-private"));
        PublicKey publicKey = key.publicKey(CRYPTO);
        assertThat(key.type()).isEqualTo(type);
        assertThat(key.encode()).isEqualTo(vector(name + "-private"));
        assertThat(publicKey.encode()).isEqualTo(vector(name + "-public"));
        assertThat(PublicKey.decode(publicKey.encode())).isEqualTo(publicKey).hasSameHashCodeAs(publicKey);
        assertThat(publicKey.verify(CRYPTO, new byte[] {1}, key.sign(CRYPTO, new byte[] {1}))).isTrue();
    }

    @Test
    void anRsaKeyWhoseTypePyLibp2pLeftOutIsReadAndNoOther() throws IOException {
        byte[] whole = vector("rsa-public");
        byte[] left = Arrays.copyOfRange(whole, 2, whole.length);
        assertThat(PublicKey.decode(left)).isEqualTo(PublicKey.decode(whole));
        assertThat(PublicKey.decode(left).encode()).isEqualTo(whole);
        byte[] ed25519 = vector("ed25519-public");
        refused(Arrays.copyOfRange(ed25519, 2, ed25519.length));
        refused(new byte[] {0x12});
        refused(new byte[0]);
    }

    @Test
    void anOldEd25519KeyIsReadIfItsPublicKeysAreEqual() throws IOException {
        byte[] data = PrivateKey.decode(vector("ed25519-private")).data();
        byte[] old = Arrays.copyOf(data, 96);
        System.arraycopy(data, 32, old, 64, 32);
        byte[] encoded = new ProtoWriter().varint(1, 1).bytes(2, old).toBytes();
        assertThat(PrivateKey.decode(encoded).data()).isEqualTo(data);
        old[95] ^= 1;
        assertThatThrownBy(() -> new PrivateKey(KeyType.ED25519, old)).isInstanceOf(Violation.class);
    }

    @Test
    void anEd25519KeyWithAnothersPublicHalfIsRefused() throws IOException {
        byte[] data = PrivateKey.decode(vector("ed25519-private")).data();
        data[63] ^= 1;
        assertThatThrownBy(() -> new PrivateKey(KeyType.ED25519, data).publicKey(CRYPTO)).isInstanceOf(Violation.class);
    }

    @Test
    void aPublicKeyIsReadInItsOnlyFormAlone() {
        byte[] data = PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(1)).publicKey(CRYPTO).data();
        ProtoWriter right = new ProtoWriter().varint(1, 1).bytes(2, data);
        PublicKey.decode(right.toBytes());
        refused(new ProtoWriter().bytes(2, data).varint(1, 1).toBytes()); // order
        refused(new ProtoWriter().bytes(2, data).toBytes()); // no type
        refused(new ProtoWriter().varint(1, 1).toBytes()); // no data
        refused(new ProtoWriter().varint(1, 4).bytes(2, data).toBytes()); // unknown type
        refused(new ProtoWriter().varint(1, 0x1_0000_0001L).bytes(2, data).toBytes()); // 32 bits of it are right
        refused(new ProtoWriter().varint(1, 1).bytes(2, data).varint(3, 0).toBytes()); // another field
        refused(new ProtoWriter().varint(1, 1).bytes(2, data).bytes(2, data).toBytes()); // twice
        byte[] longer = new byte[37];
        longer[0] = 8;
        longer[1] = (byte) 0x81; // 1 in two bytes
        System.arraycopy(right.toBytes(), 2, longer, 3, 34);
        refused(longer);
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void aPublicKeyOfAnotherSizeIsRefused(KeyType type) {
        byte[] data = PrivateKey.generate(type, CRYPTO, Rng.seeded(2)).publicKey(CRYPTO).data();
        for (int size : new int[] {0, 1, data.length - 1, data.length + 1, 5000}) {
            refused(new ProtoWriter().varint(1, type.number()).bytes(2, Arrays.copyOf(data, size)).toBytes());
        }
    }

    private static void refused(byte[] encoded) {
        assertThatThrownBy(() -> PublicKey.decode(encoded)).isInstanceOf(Violation.class);
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void pkcs8HoldsTheSameKey(KeyType type) {
        PrivateKey key = PrivateKey.generate(type, CRYPTO, Rng.seeded(3));
        assertThat(PrivateKey.ofPkcs8(key.toPkcs8(), CRYPTO).encode()).isEqualTo(key.encode());
    }

    @Test
    void theTextOfAPrivateKeyTellsItsTypeOnly() {
        assertThat(PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(4))).hasToString("private ED25519 key");
    }

    @Test
    void aDestroyedKeyIsOfNoUse() {
        PrivateKey key = PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(5));
        key.destroy();
        assertThatThrownBy(() -> key.sign(CRYPTO, new byte[1])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(key::encode).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(key::data).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whoIsGivenAKeysBytesCannotChangeTheKey() {
        PrivateKey key = PrivateKey.generate(KeyType.ED25519, CRYPTO, Rng.seeded(6));
        PublicKey publicKey = key.publicKey(CRYPTO);
        byte[] before = publicKey.encode();
        publicKey.data()[0] ^= 1;
        key.data()[0] ^= 1;
        assertThat(publicKey.encode()).isEqualTo(before);
        assertThat(key.publicKey(CRYPTO)).isEqualTo(publicKey);
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void encodedKeysCutOrAlteredAreReadOrViolations(KeyType type) {
        Rng rng = Rng.seeded(7);
        PrivateKey key = PrivateKey.generate(type, CRYPTO, rng);
        for (byte[] whole : new byte[][] {key.encode(), key.publicKey(CRYPTO).encode()}) {
            for (int i = 0; i < whole.length; i++) {
                byte[] part = Arrays.copyOf(whole, i);
                assertThatThrownBy(() -> PublicKey.decode(part)).isInstanceOf(Violation.class);
                assertThatThrownBy(() -> PrivateKey.decode(part)).isInstanceOf(Violation.class);
            }
            for (int i = 0; i < 5000; i++) {
                byte[] b = Arrays.copyOf(whole, whole.length);
                for (int j = rng.nextInt(3); j >= 0; j--) b[rng.nextInt(Math.min(b.length, 48))] = (byte) rng.nextInt(256);
                readAnyhow(b);
            }
        }
    }

    private static void readAnyhow(byte[] b) {
        try {
            assertThat(PublicKey.decode(b).encode()).isEqualTo(b);
        } catch (Violation v) {
            assertThat(v.getMessage()).isNotEmpty();
        }
        try {
            PrivateKey.decode(b);
        } catch (Violation v) {
            assertThat(v.getMessage()).isNotEmpty();
        }
    }

    @Test
    void aScalarBeyondTheOrderOfItsCurveIsRefused() {
        byte[] ones = new byte[32];
        Arrays.fill(ones, (byte) 0xff);
        for (byte[] scalar : new byte[][] {ones, new byte[32]}) {
            assertThatThrownBy(() -> new PrivateKey(KeyType.SECP256K1, scalar).publicKey(CRYPTO)).isInstanceOf(Violation.class);
            assertThatThrownBy(() -> new PrivateKey(KeyType.ECDSA, KeyForms.p256PrivateOf(scalar, null)).publicKey(CRYPTO))
                    .isInstanceOf(Violation.class);
        }
    }
}
