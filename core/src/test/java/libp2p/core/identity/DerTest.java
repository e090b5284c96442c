package libp2p.core.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import libp2p.core.Rng;
import libp2p.core.Violation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DerTest {
    /** A P-256 key that openssl made. */
    private static final String SEC1 =
            "307702010104201d6c484270e2e7f959dd2ab7616f8e229004b2d8ef1524655d276d1a189d5115a00a06082a8648ce3d030107"
            + "a1440342000433be86e8430ca2479d181c8dcec4ab161b5b7d47483b1d8c516a9b6a414c2068699814437037be"
            + "90dc6dc2a25af1442e11b1772c30d5d26a7d5914e590c5f500";

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static byte[] p256() {
        return hex(SEC1);
    }

    @Test
    void lengthsOfOneToThreeBytesAreWrittenAndRead() {
        for (int n : new int[] {0, 1, 127, 128, 255, 256, 65535, 65536, 70000}) {
            byte[] der = Der.octetsOf(new byte[n]);
            Der in = Der.of(der);
            assertThat(in.octets()).hasSize(n);
            in.end();
        }
    }

    @Test
    void integersAreWrittenInTheirShortestPositiveForm() {
        assertThat(Der.integerOf(new byte[] {0, 0, 1})).isEqualTo(hex("020101"));
        assertThat(Der.integerOf(hex("80"))).isEqualTo(hex("02020080"));
        assertThat(Der.integerOf(new byte[] {0, 0})).isEqualTo(hex("020100"));
        assertThat(Der.of(hex("02020080")).integer(1)).isEqualTo(hex("80"));
        assertThat(Der.of(hex("020100")).integer(1)).isEqualTo(hex("00"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "0200", // empty
        "0201ff", // negative
        "02020001", // a zero too many
        "028101" + "01", // a length in two bytes that fits one
        "02820001" + "01", // a length with a leading zero
        "0280" + "01" + "0000", // an indefinite length
        "0284000000010101", // a length of four bytes
        "02ff", // a length of 127 bytes
        "0202", "02", "", // cut short
        "04020101", // another tag
        "0205010101" // more than there is
    })
    void integersOfAnotherFormAreViolations(String text) {
        assertThatThrownBy(() -> Der.of(hex(text)).integer(8)).isInstanceOf(Violation.class);
    }

    @Test
    void aLongerIntegerThanAllowedIsAViolation() {
        assertThatThrownBy(() -> Der.of(Der.integerOf(hex("ff".repeat(33)))).integer(32)).isInstanceOf(Violation.class);
    }

    @Test
    void bitsThatAreNotWholeBytesAreAViolation() {
        assertThatThrownBy(() -> Der.of(hex("03020780")).bits()).isInstanceOf(Violation.class);
        assertThatThrownBy(() -> Der.of(hex("0300")).bits()).isInstanceOf(Violation.class);
    }

    @Test
    void bytesAfterTheEndAreAViolation() {
        byte[] der = Arrays.copyOf(p256(), p256().length + 1);
        assertThatThrownBy(() -> KeyForms.p256Private(der)).isInstanceOf(Violation.class);
    }

    @Test
    void aSec1KeyGivesItsScalarAndIsWrittenAgainAsItWas() {
        byte[] scalar = KeyForms.p256Private(p256());
        assertThat(scalar).isEqualTo(hex("1d6c484270e2e7f959dd2ab7616f8e229004b2d8ef1524655d276d1a189d5115"));
        assertThat(KeyForms.p256PrivateOf(scalar, Arrays.copyOfRange(p256(), p256().length - 65, p256().length))).isEqualTo(p256());
    }

    @Test
    void pkcs8IsReadBackForEveryType() {
        byte[] scalar = KeyForms.p256Private(p256());
        for (KeyType type : new KeyType[] {KeyType.ED25519, KeyType.ECDSA, KeyType.SECP256K1}) {
            KeyForms.Unwrapped back = KeyForms.pkcs8(KeyForms.pkcs8Of(new KeyForms.Unwrapped(type, scalar)));
            assertThat(back.type()).isEqualTo(type);
            assertThat(back.key()).isEqualTo(scalar);
        }
    }

    @Test
    void aKeyOfAnotherAlgorithmOrCurveIsAViolation() {
        // RFC 8410: X25519; and EC on P-384
        assertThatThrownBy(() -> KeyForms.pkcs8(hex("302e020100300506032b656e04220420" + "01".repeat(32)))).isInstanceOf(Violation.class);
        assertThatThrownBy(() -> KeyForms.spki(hex("3010300e06072a8648ce3d020106052b81040022"))).isInstanceOf(Violation.class);
        byte[] sec1 = Der.sequenceOf(Der.integerOf(1), Der.octetsOf(new byte[32]), Der.explicitOf(0, Der.oidOf(hex("2b8104000a"))));
        assertThatThrownBy(() -> KeyForms.p256Private(sec1)).isInstanceOf(Violation.class);
    }

    @Test
    void rsaKeysOutsideTheirBoundsAreViolations() {
        byte[] e = {1, 0, 1};
        assertThatCode(() -> KeyForms.rsaPublic(rsa(256, e, 0x80))).doesNotThrowAnyException();
        assertThatCode(() -> KeyForms.rsaPublic(rsa(1024, e, 0xff))).doesNotThrowAnyException();
        assertThatThrownBy(() -> KeyForms.rsaPublic(rsa(256, e, 0x7f))).isInstanceOf(Violation.class);
        assertThatThrownBy(() -> KeyForms.rsaPublic(rsa(1025, e, 1))).isInstanceOf(Violation.class);
        for (byte[] bad : new byte[][] {{0}, {1}, {2}, {1, 0, 0, 0, 1}}) {
            assertThatThrownBy(() -> KeyForms.rsaPublic(rsa(256, bad, 0x80))).isInstanceOf(Violation.class);
        }
    }

    private static byte[] rsa(int size, byte[] exponent, int first) {
        byte[] modulus = new byte[size];
        modulus[0] = (byte) first;
        modulus[size - 1] = 1;
        return KeyForms.rsaPublicOf(new KeyForms.RsaPublic(modulus, exponent));
    }

    @Test
    void keysCutAnywhereAreViolations() {
        byte[] pkcs8 = KeyForms.pkcs8Of(new KeyForms.Unwrapped(KeyType.ECDSA, KeyForms.p256Private(p256())));
        byte[] rsa = rsa(256, new byte[] {3}, 0x80);
        cut(p256(), KeyForms::p256Private);
        cut(pkcs8, KeyForms::pkcs8);
        cut(rsa, KeyForms::rsaPublic);
        cut(rsa, KeyForms::spki);
        cut(KeyForms.ecdsaOf(new byte[] {5}, new byte[] {7}), KeyForms::ecdsa);
    }

    private static void cut(byte[] der, Consumer<byte[]> read) {
        for (int i = 0; i < der.length; i++) {
            byte[] part = Arrays.copyOf(der, i);
            assertThatThrownBy(() -> read.accept(part)).isInstanceOf(Violation.class);
        }
        read.accept(der);
    }

    @Test
    void alteredKeysAreReadOrViolations() {
        Rng rng = Rng.seeded(1);
        byte[][] seeds = {
            p256(),
            KeyForms.pkcs8Of(new KeyForms.Unwrapped(KeyType.ED25519, new byte[32])),
            KeyForms.pkcs8Of(new KeyForms.Unwrapped(KeyType.SECP256K1, new byte[32])),
            rsa(256, new byte[] {3}, 0x80),
            KeyForms.ecdsaOf(new byte[32], new byte[32])
        };
        for (int i = 0; i < 50_000; i++) {
            byte[] seed = seeds[rng.nextInt(seeds.length)];
            byte[] der = Arrays.copyOf(seed, seed.length);
            for (int j = rng.nextInt(3); j >= 0; j--) der[rng.nextInt(Math.min(der.length, 60))] = (byte) rng.nextInt(256);
            readAnyhow(der);
        }
    }

    private static void readAnyhow(byte[] der) {
        for (Consumer<byte[]> read : List.<Consumer<byte[]>>of(
                KeyForms::p256Private,
                KeyForms::p256Public,
                KeyForms::pkcs8,
                KeyForms::spki,
                KeyForms::rsaPublic,
                KeyForms::rsaPrivate,
                KeyForms::ecdsa)) {
            try {
                read.accept(der);
            } catch (Violation v) {
                assertThat(v.getMessage()).isNotEmpty();
            }
        }
    }
}
