package libp2p.testkit;

import static libp2p.testkit.CryptoVectors.bytes;
import static libp2p.testkit.CryptoVectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.identity.KeyForms;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PrivateKey;
import libp2p.core.identity.PublicKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What every {@link Crypto} does: extend it and name yours. */
public abstract class CryptoContract {
    private static final byte[] FIXTURE_TEXT = "Libp2p is the _best_!".getBytes(StandardCharsets.US_ASCII);
    private static final BigInteger SECP256K1_ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

    /** The one to be tested. */
    protected abstract Crypto crypto();

    // ---- hashes

    @Test
    public void hashesGiveThePublishedDigests() {
        byte[] abc = {'a', 'b', 'c'};
        assertThat(crypto().sha256(abc)).isEqualTo(hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        assertThat(crypto().sha256(new byte[0])).isEqualTo(hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        assertThat(crypto().sha512(abc))
                .isEqualTo(hex("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"));
    }

    @Test
    public void hmacPassesTheWycheproofVectorsOfHkdf() {
        for (CryptoVectors.Group group : CryptoVectors.wycheproof("hkdf_sha256_test.json")) {
            for (CryptoVectors.Case c : group.tests) {
                if (c.valid()) assertThat(hkdf(hex(c.ikm), hex(c.salt), hex(c.info), c.size)).as("%s", c).isEqualTo(hex(c.okm));
            }
        }
    }

    /** RFC 5869. */
    private byte[] hkdf(byte[] ikm, byte[] salt, byte[] info, int size) {
        byte[] key = crypto().hmacSha256(salt, ikm);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] block = {};
        for (int i = 1; out.size() < size; i++) {
            ByteArrayOutputStream in = new ByteArrayOutputStream();
            in.writeBytes(block);
            in.writeBytes(info);
            in.write(i);
            block = crypto().hmacSha256(key, in.toByteArray());
            out.writeBytes(block);
        }
        return Arrays.copyOf(out.toByteArray(), size);
    }

    // ---- X25519

    @Test
    public void x25519PassesTheWycheproofVectorsAndRefusesPointsOfLowOrder() {
        int refused = 0;
        for (CryptoVectors.Group group : CryptoVectors.wycheproof("x25519_test.json")) {
            for (CryptoVectors.Case c : group.tests) {
                byte[] shared = hex(c.shared);
                if (Arrays.equals(shared, new byte[32])) {
                    refused++;
                    assertThatThrownBy(() -> crypto().x25519(hex(c.scalar), hex(c.point))).as("%s", c).isInstanceOf(Violation.class);
                } else {
                    assertThat(crypto().x25519(hex(c.scalar), hex(c.point))).as("%s", c).isEqualTo(shared);
                }
            }
        }
        assertThat(refused).isEqualTo(31);
    }

    @Test
    public void bothSidesOfX25519AgreeOnFreshKeys() {
        Rng rng = Rng.seeded(1);
        for (int i = 0; i < 20; i++) {
            byte[] a = rng.bytes(32);
            byte[] b = rng.bytes(32);
            assertThat(crypto().x25519(a, crypto().x25519PublicKey(b))).isEqualTo(crypto().x25519(b, crypto().x25519PublicKey(a)));
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "31", "33"})
    public void anX25519PointOfAnotherSizeIsAViolation(int size) {
        assertThatThrownBy(() -> crypto().x25519(Rng.seeded(1).bytes(32), new byte[size])).isInstanceOf(Violation.class);
    }

    // ---- ChaCha20-Poly1305

    @Test
    public void theAeadPassesTheWycheproofVectors() {
        int passed = 0;
        for (CryptoVectors.Group group : CryptoVectors.wycheproof("chacha20_poly1305_test.json")) {
            for (CryptoVectors.Case c : group.tests) {
                if (group.ivSize != 96) continue; // the interface has no other nonces
                passed++;
                byte[] plain = hex(c.msg);
                byte[] sealed = hex(c.ct + c.tag);
                byte[] opened = new byte[plain.length];
                Crypto.Aead aead = crypto().chacha20Poly1305(hex(c.key));
                assertThat(aead.open(hex(c.iv), hex(c.aad), sealed, 0, sealed.length, opened, 0)).as("%s", c).isEqualTo(c.valid());
                if (!c.valid()) continue;
                assertThat(opened).as("%s", c).isEqualTo(plain);
                byte[] out = new byte[sealed.length];
                aead.seal(hex(c.iv), hex(c.aad), plain, 0, plain.length, out, 0);
                assertThat(out).as("%s", c).isEqualTo(sealed);
            }
        }
        assertThat(passed).isGreaterThan(250);
    }

    /** Sizes about blocks, and about where an implementation may go over to another way of calling native code. */
    private static final int[] SIZES = {
        0, 1, 15, 16, 17, 63, 64, 65, 240, 241, 256, 257, 500, 2032, 2033, 2048, 16_368, 16_369, 16_384, 65_519, 65_520, 100_000
    };

    @Test
    public void theAeadKeepsToTheRangesItIsGiven() {
        Crypto.Aead aead = crypto().chacha20Poly1305(Rng.seeded(2).bytes(32));
        byte[] in = Rng.seeded(3).bytes(110_000);
        byte[] sealed = new byte[110_000];
        byte[] plain = new byte[110_000];
        for (int size : SIZES) {
            Arrays.fill(sealed, (byte) 0);
            Arrays.fill(plain, (byte) 0);
            aead.seal(nonce(size), new byte[0], in, 7, size, sealed, 100);
            assertThat(aead.open(nonce(size), new byte[0], sealed, 100, size + Crypto.Aead.TAG, plain, 50)).isTrue();
            assertThat(Arrays.equals(plain, 50, 50 + size, in, 7, 7 + size)).as("%s bytes", size).isTrue();
            assertThat(outside(sealed, 100, size + Crypto.Aead.TAG)).containsOnly(0);
            assertThat(outside(plain, 50, size)).containsOnly(0);
        }
    }

    @Test
    public void everyAeadSealsAlikeWhateverTheSize() {
        Crypto.Aead aead = crypto().chacha20Poly1305(Rng.seeded(2).bytes(32));
        byte[] in = Rng.seeded(3).bytes(110_000);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int size : SIZES) {
            byte[] sealed = new byte[size + Crypto.Aead.TAG];
            aead.seal(nonce(size), new byte[] {3}, in, 1, size, sealed, 0);
            all.writeBytes(crypto().sha256(sealed));
            sealed[size / 2] ^= 1;
            assertThat(aead.open(nonce(size), new byte[] {3}, sealed, 0, sealed.length, new byte[size], 0)).as("%s bytes", size).isFalse();
        }
        assertThat(crypto().sha256(all.toByteArray())).isEqualTo(hex("272c9303b69bc8864d510c339da7247b366bfaba7ce2e8a909249bfcc9dace06"));
    }

    @Test
    public void aSealedMessageThatWasAlteredOrCutIsNotOpened() {
        byte[] key = Rng.seeded(4).bytes(32);
        byte[] in = Rng.seeded(5).bytes(20);
        byte[] sealed = new byte[in.length + Crypto.Aead.TAG];
        crypto().chacha20Poly1305(key).seal(nonce(1), new byte[] {1}, in, 0, in.length, sealed, 0);
        for (int i = 0; i < sealed.length; i++) {
            byte[] altered = Arrays.copyOf(sealed, sealed.length);
            altered[i] ^= 0x40;
            byte[] out = new byte[in.length];
            assertThat(crypto().chacha20Poly1305(key).open(nonce(1), new byte[] {1}, altered, 0, altered.length, out, 0)).isFalse();
            assertThat(crypto().chacha20Poly1305(key).open(nonce(1), new byte[] {1}, sealed, 0, i, out, 0)).isFalse();
        }
        byte[] out = new byte[in.length];
        assertThat(crypto().chacha20Poly1305(key).open(nonce(1), new byte[] {2}, sealed, 0, sealed.length, out, 0)).isFalse();
        assertThat(crypto().chacha20Poly1305(key).open(nonce(2), new byte[] {1}, sealed, 0, sealed.length, out, 0)).isFalse();
    }

    @Test
    public void theAeadGoesOnAfterAMessageThatWasNotAuthentic() {
        Crypto.Aead sender = crypto().chacha20Poly1305(Rng.seeded(6).bytes(32));
        Crypto.Aead receiver = crypto().chacha20Poly1305(Rng.seeded(6).bytes(32));
        byte[] in = Rng.seeded(7).bytes(100);
        byte[] sealed = new byte[116];
        byte[] out = new byte[100];
        sender.seal(nonce(2), new byte[0], in, 0, 100, sealed, 0);
        assertThat(receiver.open(nonce(1), new byte[0], sealed, 0, 116, out, 0)).isFalse();
        assertThat(receiver.open(nonce(2), new byte[0], sealed, 0, 116, out, 0)).isTrue();
        assertThat(out).isEqualTo(in);
    }

    @Test
    public void aDisposedAeadSealsNothing() {
        Crypto.Aead aead = crypto().chacha20Poly1305(new byte[32]);
        aead.dispose();
        assertThatThrownBy(() -> aead.seal(nonce(1), new byte[0], new byte[1], 0, 1, new byte[17], 0))
                .isInstanceOf(IllegalStateException.class);
    }

    private static byte[] nonce(int n) {
        byte[] nonce = new byte[12];
        nonce[4] = (byte) n;
        nonce[5] = (byte) (n >> 8);
        return nonce;
    }

    private static byte[] outside(byte[] b, int at, int size) {
        byte[] rest = Arrays.copyOf(b, b.length);
        Arrays.fill(rest, at, at + size, (byte) 0);
        return rest;
    }

    // ---- keys and signatures

    @ParameterizedTest
    @CsvSource({"0", "2", "3"})
    public void theKeysAndSignaturesOfGoAreUnderstood(int number) {
        PrivateKey key = PrivateKey.decode(bytes(number + ".priv"));
        PublicKey publicKey = key.publicKey(crypto());
        assertThat(publicKey.encode()).isEqualTo(bytes(number + ".pub"));
        assertThat(publicKey.verify(crypto(), FIXTURE_TEXT, bytes(number + ".sig"))).isTrue();
        assertThat(publicKey.verify(crypto(), FIXTURE_TEXT, key.sign(crypto(), FIXTURE_TEXT))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"3072", "8192"})
    public void rsaSignaturesOfLongKeysVerify(int bits) {
        byte[] key = bytes("rsa-" + bits + ".spki");
        byte[] signature = bytes("rsa-" + bits + ".sig");
        assertThat(crypto().verify(KeyType.RSA, key, FIXTURE_TEXT, signature)).isTrue();
        assertThat(crypto().verify(KeyType.RSA, key, new byte[] {1}, signature)).isFalse();
    }

    @Test
    public void ed25519SignsAsRfc8032Says() {
        byte[] key = hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"
                + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
        assertThat(crypto().publicKey(KeyType.ED25519, key)).isEqualTo(Arrays.copyOfRange(key, 32, 64));
        assertThat(crypto().sign(KeyType.ED25519, key, hex("af82")))
                .isEqualTo(hex("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"));
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    public void aFreshKeySignsAndItsPublicKeyVerifies(KeyType type) {
        PrivateKey key = PrivateKey.generate(type, crypto(), Rng.seeded(8));
        PublicKey publicKey = PrivateKey.decode(key.encode()).publicKey(crypto());
        for (int size : new int[] {0, 1, 300}) {
            byte[] message = Rng.seeded(size).bytes(size);
            byte[] signature = key.sign(crypto(), message);
            assertThat(publicKey.verify(crypto(), message, signature)).isTrue();
            assertThat(publicKey.verify(crypto(), Arrays.copyOf(message, size + 1), signature)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    public void aSignatureThatWasAlteredOrCutIsFalse(KeyType type) {
        Fixture f = fixture(type);
        for (int i = 0; i < f.signature.length; i += type == KeyType.RSA ? 16 : 1) {
            byte[] altered = Arrays.copyOf(f.signature, f.signature.length);
            altered[i] ^= 1;
            assertThat(crypto().verify(type, f.key, FIXTURE_TEXT, altered)).as("byte %d altered", i).isFalse();
            assertThat(crypto().verify(type, f.key, FIXTURE_TEXT, Arrays.copyOf(f.signature, i))).as("cut at %d", i).isFalse();
        }
        assertThat(crypto().verify(type, f.key, FIXTURE_TEXT, Arrays.copyOf(f.signature, f.signature.length + 1))).isFalse();
        byte[] ones = new byte[f.signature.length];
        Arrays.fill(ones, (byte) 0xff);
        assertThat(crypto().verify(type, f.key, FIXTURE_TEXT, ones)).isFalse();
        assertThat(crypto().verify(type, f.key, FIXTURE_TEXT, new byte[f.signature.length])).isFalse();
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    public void aPublicKeyThatIsMalformedIsFalse(KeyType type) {
        Fixture f = fixture(type);
        for (int i = 0; i < f.key.length; i++) {
            assertThat(crypto().verify(type, Arrays.copyOf(f.key, i), FIXTURE_TEXT, f.signature)).as("cut at %d", i).isFalse();
        }
        assertThat(crypto().verify(type, Arrays.copyOf(f.key, f.key.length + 1), FIXTURE_TEXT, f.signature)).isFalse();
        assertThat(crypto().verify(type, new byte[f.key.length], FIXTURE_TEXT, f.signature)).isFalse();
        byte[] ones = new byte[f.key.length];
        Arrays.fill(ones, (byte) 0xff);
        assertThat(crypto().verify(type, ones, FIXTURE_TEXT, f.signature)).isFalse();
    }

    @Test
    public void aPointOffTheCurveVerifiesNothing() {
        Fixture f = fixture(KeyType.ECDSA);
        byte[] point = KeyForms.p256Public(f.key);
        point[64] ^= 1;
        assertThat(crypto().verify(KeyType.ECDSA, KeyForms.p256PublicOf(point), FIXTURE_TEXT, f.signature)).isFalse();
        byte[] off = new byte[33];
        off[0] = 2;
        off[32] = 5; // no point of secp256k1 has x = 5
        assertThat(crypto().verify(KeyType.SECP256K1, off, FIXTURE_TEXT, fixture(KeyType.SECP256K1).signature)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(value = KeyType.class, names = {"ECDSA", "SECP256K1"})
    public void anEcdsaSignatureOutOfRangeIsFalse(KeyType type) {
        Fixture f = fixture(type);
        byte[] zero = {0};
        byte[] order = new byte[32];
        Arrays.fill(order, (byte) 0xff);
        byte[] one = {1};
        for (byte[] der : new byte[][] {
            KeyForms.ecdsaOf(zero, zero),
            KeyForms.ecdsaOf(zero, one),
            KeyForms.ecdsaOf(one, zero),
            KeyForms.ecdsaOf(order, one),
            KeyForms.ecdsaOf(one, order)
        }) {
            assertThat(crypto().verify(type, f.key, FIXTURE_TEXT, der)).isFalse();
        }
    }

    @Test
    public void secp256k1SignsWithTheLowHalfAndAcceptsTheHighOne() {
        Fixture f = fixture(KeyType.SECP256K1);
        for (int i = 0; i < 16; i++) {
            byte[] message = {(byte) i};
            KeyForms.EcdsaSignature rs = KeyForms.ecdsa(crypto().sign(KeyType.SECP256K1, f.privateKey, message));
            BigInteger s = new BigInteger(1, rs.s());
            assertThat(s).isLessThanOrEqualTo(SECP256K1_ORDER.shiftRight(1));
            byte[] high = KeyForms.ecdsaOf(rs.r(), SECP256K1_ORDER.subtract(s).toByteArray());
            assertThat(crypto().verify(KeyType.SECP256K1, f.key, message, high)).isTrue();
        }
    }

    @Test
    public void anRsaKeyOf1024BitsVerifiesNothing() {
        byte[] modulus = Rng.seeded(9).bytes(128);
        modulus[0] |= (byte) 0x80;
        modulus[127] |= 1;
        byte[] key = KeyForms.rsaPublicOf(new KeyForms.RsaPublic(modulus, new byte[] {1, 0, 1}));
        assertThat(crypto().verify(KeyType.RSA, key, FIXTURE_TEXT, new byte[128])).isFalse();
    }

    private record Fixture(byte[] privateKey, byte[] key, byte[] signature) {}

    private Fixture fixture(KeyType type) {
        if (type == KeyType.ED25519) {
            PrivateKey key = PrivateKey.generate(type, crypto(), Rng.seeded(10));
            return new Fixture(key.data(), key.publicKey(crypto()).data(), key.sign(crypto(), FIXTURE_TEXT));
        }
        PrivateKey key = PrivateKey.decode(bytes(type.number() + ".priv"));
        return new Fixture(key.data(), key.publicKey(crypto()).data(), bytes(type.number() + ".sig"));
    }
}
