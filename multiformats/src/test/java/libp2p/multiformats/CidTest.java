package libp2p.multiformats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidTest {
    private static final String V0 = "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR";
    private static final String V0_HASH = "1220c3c4733ec8affd06cf9e9ff50ffc6bcd2ec85a6170004bb709669c31de94391a";

    @Test
    void version0IsBase58OfItsHash() {
        Cid cid = Cid.parse(V0);
        assertThat(cid.version()).isZero();
        assertThat(cid.codec()).isEqualTo(Multicodec.DAG_PB);
        assertThat(Vectors.hex(cid.bytes())).isEqualTo(V0_HASH);
        assertThat(cid).hasToString(V0).isEqualTo(Cid.parse(cid.bytes())).isEqualTo(Cid.v0(Multihash.parse(Vectors.bytes(V0_HASH))));
    }

    @Test
    void version1IsTheVersionTheCodecAndTheHash() {
        Cid cid = Cid.parse("zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA");
        assertThat(cid.version()).isEqualTo(1);
        assertThat(cid.codec()).isEqualTo(Multicodec.RAW);
        assertThat(Vectors.hex(cid.bytes())).isEqualTo("01551220" + "6e6ff7950a36187a801613426e858dce686cd7d7e3c0fc42ee0330072d245c95");
        assertThat(cid).hasToString("bafkreidon73zkcrwdb5iafqtijxildoonbwnpv7dyd6ef3qdgads2jc4su");
    }

    @ParameterizedTest
    @EnumSource(Base.class)
    void version1IsReadInEveryBase(Base base) {
        Cid cid = Cid.v1(Multicodec.LIBP2P_KEY, Multihash.parse(Vectors.bytes(V0_HASH)));
        assertThat(Cid.parse(cid.toString(base))).isEqualTo(cid).hasSameHashCodeAs(cid);
        assertThat(Cid.parse(cid.bytes())).isEqualTo(cid).isEqualByComparingTo(cid);
    }

    @Test
    void theLongestIsReadInEveryBase() {
        Cid cid = Cid.v1(Long.MAX_VALUE, Multihash.of(Long.MAX_VALUE, new byte[Multihash.DIGEST_MAX]));
        assertThat(cid.bytes()).hasSize(Cid.BYTES_MAX);
        for (Base base : Base.values()) {
            assertThat(cid.toString(base)).hasSizeLessThanOrEqualTo(Cid.TEXT_MAX);
            assertThat(Cid.parse(cid.toString(base))).isEqualTo(cid);
        }
    }

    @Test
    void aCutAtEachByteIsRefused() {
        for (String text : new String[] {V0, "bafkreidon73zkcrwdb5iafqtijxildoonbwnpv7dyd6ef3qdgads2jc4su"}) {
            byte[] bytes = Cid.parse(text).bytes();
            for (int cut = 0; cut < bytes.length; cut++) {
                byte[] part = Arrays.copyOf(bytes, cut);
                assertThatThrownBy(() -> Cid.parse(part)).isInstanceOf(FormatException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Qm", "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMn0",
        "f1220c3c4733ec8affd06cf9e9ff50ffc6bcd2ec85a6170004bb709669c31de94391a",
        "f025500", "f00550000", "f015500", "f0155000000", "f8100550000", "z"})
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> Cid.parse(text)).isInstanceOf(FormatException.class);
    }

    @Test
    void version0TakesAWholeSha2256Only() {
        assertThatThrownBy(() -> Cid.v0(Multihash.of(Multihash.SHA2_256, new byte[31]))).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Cid.v0(Multihash.of(Multihash.SHA2_512, new byte[32]))).isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> Cid.parse(V0).toString(Base.BASE32)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void textBeyondTheLimitIsRefused() {
        assertThatThrownBy(() -> Cid.parse("0".repeat(Cid.TEXT_MAX + 1))).isInstanceOf(FormatException.class);
    }
}
