package libp2p.multiformats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultihashTest {
    private record Function(int code, String jca) {}

    private static final Map<String, Function> FUNCTIONS = Map.of(
        "sha1", new Function(Multihash.SHA1, "SHA-1"),
        "sha2-256", new Function(Multihash.SHA2_256, "SHA-256"),
        "sha2-512", new Function(Multihash.SHA2_512, "SHA-512"),
        "sha3", new Function(Multihash.SHA3_512, "SHA3-512"));

    @Test
    void everyVectorOfTheTableHoldsBothWays() throws Exception {
        int count = 0;
        for (String[] row : Vectors.rows("multihash/test_cases.csv")) {
            Function function = FUNCTIONS.get(row[0]);
            byte[] whole = MessageDigest.getInstance(function.jca).digest(row[2].getBytes(StandardCharsets.UTF_8));
            byte[] digest = Arrays.copyOf(whole, Integer.parseInt(row[1]) / 8);
            Multihash parsed = Multihash.parse(Vectors.bytes(row[3]));
            assertThat(parsed).isEqualTo(Multihash.of(function.code, digest)).hasSameHashCodeAs(Multihash.of(function.code, digest));
            assertThat(parsed.code()).isEqualTo(function.code);
            assertThat(parsed.digest()).isEqualTo(digest);
            assertThat(Vectors.hex(parsed.bytes())).isEqualTo(row[3]);
            count++;
        }
        assertThat(count).isEqualTo(260);
    }

    @Test
    void aCutAtEachByteIsRefused() {
        byte[] bytes = Multihash.of(Multihash.BLAKE2B_256, new byte[32]).bytes();
        for (int cut = 0; cut < bytes.length; cut++) {
            byte[] part = Arrays.copyOf(bytes, cut);
            assertThatThrownBy(() -> Multihash.parse(part)).isInstanceOf(FormatException.class);
        }
        assertThatThrownBy(() -> Multihash.parse(Arrays.copyOf(bytes, bytes.length + 1))).isInstanceOf(FormatException.class);
    }

    @Test
    void aDigestBeyondTheLimitIsRefused() {
        byte[] most = Multihash.of(Long.MAX_VALUE, new byte[Multihash.DIGEST_MAX]).bytes();
        assertThat(most).hasSize(Multihash.BYTES_MAX);
        assertThat(Multihash.parse(most).digest()).hasSize(Multihash.DIGEST_MAX);
        assertThatThrownBy(() -> Multihash.of(Multihash.IDENTITY, new byte[Multihash.DIGEST_MAX + 1])).isInstanceOf(FormatException.class);
        byte[] more = Arrays.copyOf(Vectors.bytes("008101"), 3 + 129);
        assertThatThrownBy(() -> Multihash.parse(more)).isInstanceOf(FormatException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"12ffffffffffffffff7f", "128000", "9200", "ffffffffffffffffffff", "00ffffffff0f"})
    void aHostileLengthIsRefused(String hex) {
        assertThatThrownBy(() -> Multihash.parse(Vectors.bytes(hex))).isInstanceOf(FormatException.class);
    }

    @Test
    void arraysOfOthersAreCopied() {
        byte[] bytes = Vectors.bytes("000101");
        Multihash hash = Multihash.parse(bytes);
        bytes[2] = 9;
        hash.bytes()[2] = 9;
        hash.digest()[0] = 9;
        assertThat(Vectors.hex(hash.bytes())).isEqualTo("000101");
    }

    @Test
    void theOrderIsThatOfUnsignedBytes() {
        Multihash low = Multihash.of(Multihash.IDENTITY, new byte[] {1});
        Multihash high = Multihash.of(Multihash.IDENTITY, new byte[] {(byte) 0xff});
        assertThat(low).isLessThan(high);
        assertThat(high).isNotEqualTo(low).isEqualByComparingTo(Multihash.parse(high.bytes()));
    }
}
