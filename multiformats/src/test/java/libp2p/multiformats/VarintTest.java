package libp2p.multiformats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VarintTest {
    @ParameterizedTest
    @CsvSource({"0,00", "1,01", "127,7f", "128,8001", "255,ff01", "300,ac02", "16383,ff7f", "16384,808001", "2147483648,8080808008",
        "9223372036854775807,ffffffffffffffff7f"})
    void aNumberHasItsBytesBothWays(long value, String hex) {
        byte[] bytes = Vectors.bytes(hex);
        assertThat(Varint.encode(value)).isEqualTo(bytes);
        assertThat(Varint.size(value)).isEqualTo(bytes.length);
        assertThat(Varint.length(bytes, 0, bytes.length)).isEqualTo(bytes.length);
        assertThat(Varint.read(bytes, 0, bytes.length)).isEqualTo(value);
    }

    @Test
    void theSizeGrowsWithEachSevenBits() {
        for (int bits = 0; bits < 63; bits++) {
            assertThat(Varint.size(1L << bits)).isEqualTo(bits / 7 + 1);
            assertThat(Varint.read(Varint.encode(1L << bits), 0, bits / 7 + 1)).isEqualTo(1L << bits);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"8000", "808000", "ff00", "80808080808080808001", "ffffffffffffffffff01", "808080808080808080",
        "ffffffffffffffffff"})
    void aNumberThatIsTooLongOrNotShortestIsRefused(String hex) {
        byte[] bytes = Vectors.bytes(hex);
        assertThatThrownBy(() -> Varint.length(bytes, 0, bytes.length)).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Varint.read(bytes, 0, bytes.length)).isInstanceOf(FormatException.class);
    }

    @Test
    void aNumberCutShortNeedsMoreInput() {
        byte[] bytes = Varint.encode(Long.MAX_VALUE);
        for (int cut = 0; cut < bytes.length; cut++) {
            int end = cut;
            assertThat(Varint.length(bytes, 0, end)).isZero();
            assertThatThrownBy(() -> Varint.read(bytes, 0, end)).isInstanceOf(FormatException.class);
        }
    }

    @Test
    void aNumberIsReadAndWrittenInTheMiddleOfAnArray() {
        byte[] bytes = new byte[6];
        Arrays.fill(bytes, (byte) 0xff);
        assertThat(Varint.write(300, bytes, 2)).isEqualTo(4);
        assertThat(Varint.read(bytes, 2, 6)).isEqualTo(300);
        assertThat(Vectors.hex(bytes)).isEqualTo("ffffac02ffff");
    }

    @Test
    void wrongIndicesAreErrorsOfTheCaller() {
        byte[] bytes = new byte[3];
        assertThatThrownBy(() -> Varint.length(bytes, 2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Varint.length(bytes, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Varint.read(bytes, 0, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Varint.write(128, bytes, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Varint.write(1, bytes, Integer.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Varint.size(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
