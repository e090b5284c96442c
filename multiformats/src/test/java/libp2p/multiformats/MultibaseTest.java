package libp2p.multiformats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultibaseTest {
    /** The table writes {@code base32hexpadupper} and {@code base64urlpad} for our names with underscores. */
    private static Base base(String name) {
        for (Base base : Base.values()) {
            if (base.name().replace("_", "").equalsIgnoreCase(name)) {
                return base;
            }
        }
        throw new AssertionError(name);
    }

    @ParameterizedTest
    @CsvSource({"basic,yes mani !", "leading_zero,0yes mani !", "two_leading_zeros,00yes mani !"})
    void everyVectorOfTheTableHoldsBothWays(String file, String text) {
        byte[] bytes = text.replace('0', '\0').getBytes(StandardCharsets.UTF_8);
        assertThat(Vectors.rows("multibase/" + file + ".csv")).hasSizeGreaterThanOrEqualTo(23).allSatisfy(row -> {
            String encoded = row[1].replace("\"", "");
            assertThat(Multibase.encode(base(row[0]), bytes)).isEqualTo(encoded);
            assertThat(Multibase.decode(encoded)).isEqualTo(bytes);
        });
    }

    @Test
    void lettersOfEitherCaseAreDecoded() {
        assertThat(Vectors.rows("multibase/case_insensitivity.csv")).hasSize(12).allSatisfy(row ->
            assertThat(Multibase.decode(row[1].replace("\"", ""))).asString(StandardCharsets.UTF_8).isEqualTo("hello world"));
    }

    @ParameterizedTest
    @EnumSource(Base.class)
    void everyLengthComesBack(Base base) {
        Random random = new Random(7);
        for (int length = 0; length <= 64; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            assertThat(Multibase.decode(Multibase.encode(base, bytes))).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @EnumSource(Base.class)
    void theLargestInputComesBackAndOneMoreIsRefused(Base base) {
        int max = base.isNumber() ? Multibase.NUMBER_BYTES_MAX : Multibase.BYTES_MAX;
        byte[] bytes = new byte[max];
        Arrays.fill(bytes, (byte) 0xff);
        assertThat(Multibase.decode(Multibase.encode(base, bytes))).isEqualTo(bytes);
        assertThatThrownBy(() -> Multibase.encode(base, new byte[max + 1])).isInstanceOf(FormatException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "!abc", "\u00e9", "\ud83d", "\ud83d\ude80a", "fabc", "f0g", "02", "00000000", "78", "9a", "ba",
        "baaa", "bab",
        "b\u0131", "caa", "caa=====", "caa=======", "c=", "M====", "MAA=", "MAAAA=", "mA", "mAB", "uAA==", "u+A", "m-A", "hlv", "z0",
        "zO", "kk\u212a",
        "Z0", "p", "Rab", "bAA\nAA", "b aa"})
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> Multibase.decode(text)).isInstanceOf(FormatException.class);
    }

    @Test
    void textBeyondTheLimitIsRefusedBeforeItIsDecoded() {
        assertThatThrownBy(() -> Multibase.decode("0" + "0".repeat(Multibase.TEXT_MAX))).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Multibase.decode("z" + "z".repeat(Multibase.NUMBER_TEXT_MAX))).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Multibase.decode("z" + "1".repeat(Multibase.NUMBER_BYTES_MAX + 1))).isInstanceOf(FormatException.class);
    }

    @ParameterizedTest
    @CsvSource({"'',''", "00,1", "61,2g", "0000287fb4cd,11233QC4", "572e4794,3EFU7m", "00eb15231dfceb60925886b67d065299925915aeb172c06647,"
        + "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L"})
    void base58HasItsTextBothWays(String hex, String text) {
        assertThat(Base58.encode(Vectors.bytes(hex))).isEqualTo(text);
        assertThat(Vectors.hex(Base58.decode(text))).isEqualTo(hex);
    }

    @Test
    void base58IsBoundedBothWays() {
        byte[] most = new byte[Base58.BYTES_MAX];
        Arrays.fill(most, (byte) 0xff);
        String text = Base58.encode(most);
        assertThat(text).hasSize(Base58.TEXT_MAX);
        assertThat(Base58.decode(text)).isEqualTo(most);
        assertThatThrownBy(() -> Base58.encode(new byte[Base58.BYTES_MAX + 1])).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Base58.decode("z".repeat(Base58.TEXT_MAX + 1))).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Base58.decode("1".repeat(Base58.BYTES_MAX + 1))).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Base58.decode("Il0O")).isInstanceOf(FormatException.class);
    }
}
