package libp2p.core.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.Violation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtoTest {
    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static byte[] everyKind() {
        return new ProtoWriter()
                .varint(1, 150)
                .string(2, "testing")
                .fixed64(3, 0x0102030405060708L)
                .fixed32(4, 0x01020304)
                .bool(5, true)
                .message(6, new ProtoWriter().varint(1, -1))
                .bytes(1000, new byte[] {9})
                .toBytes();
    }

    /** The examples of protobuf.dev, "Encoding". */
    @Test
    void fieldsAreWrittenAsTheGuideShowsThem() {
        assertThat(new ProtoWriter().varint(1, 150).toBytes()).isEqualTo(hex("089601"));
        assertThat(new ProtoWriter().string(2, "testing").toBytes()).isEqualTo(hex("120774657374696e67"));
        assertThat(new ProtoWriter().varint(1, -2).toBytes()).isEqualTo(hex("08feffffffffffffffff01"));
        assertThat(new ProtoWriter().fixed32(5, 1).fixed64(6, 2).toBytes()).isEqualTo(hex("2d01000000310200000000000000"));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        ProtoReader in = new ProtoReader(everyKind());
        assertThat(in.next()).isEqualTo(1);
        assertThat(in.varint()).isEqualTo(150);
        assertThat(in.next()).isEqualTo(2);
        assertThat(in.string(7)).isEqualTo("testing");
        assertThat(in.next()).isEqualTo(3);
        assertThat(in.fixed64()).isEqualTo(0x0102030405060708L);
        assertThat(in.next()).isEqualTo(4);
        assertThat(in.fixed32()).isEqualTo(0x01020304);
        assertThat(in.next()).isEqualTo(5);
        assertThat(in.bool()).isTrue();
        assertThat(in.next()).isEqualTo(6);
        ProtoReader inner = in.message(100);
        assertThat(in.next()).isEqualTo(1000);
        assertThat(inner.next()).isEqualTo(1);
        assertThat(inner.varint()).isEqualTo(-1);
        assertThat(inner.next()).isZero();
        assertThat(in.bytes(1)).containsExactly(9);
        assertThat(in.next()).isZero();
        assertThat(in.next()).isZero();
    }

    @Test
    void valuesThatNobodyAsksForArePassedOver() {
        ProtoReader in = new ProtoReader(everyKind());
        int[] fields = new int[8];
        int n = 0;
        for (int field = in.next(); field != 0; field = in.next()) fields[n++] = field;
        assertThat(Arrays.copyOf(fields, n)).containsExactly(1, 2, 3, 4, 5, 6, 1000);
    }

    @Test
    void sizesToldBeforehandAreThoseWritten() {
        for (long value : new long[] {0, 1, 127, 128, 1L << 35, Long.MAX_VALUE, -1}) {
            assertThat(new ProtoWriter().varint(16, value).toBytes()).hasSize(ProtoWriter.varintSize(16, value));
        }
        for (int n : new int[] {0, 127, 128, 20000}) {
            assertThat(new ProtoWriter().bytes(3000, new byte[n]).toBytes()).hasSize(ProtoWriter.bytesSize(3000, n));
        }
    }

    @Test
    void aViewSharesTheMessage() {
        byte[] message = new ProtoWriter().bytes(1, new byte[] {1, 2, 3}).toBytes();
        ProtoReader in = new ProtoReader(message);
        in.next();
        Buf view = in.view(3);
        assertThat(view.array).isSameAs(message);
        assertThat(view.size()).isEqualTo(3);
    }

    @Test
    void numbersThatAreNotInTheirShortestFormAreRead() {
        ProtoReader in = new ProtoReader(hex("0881808000"));
        assertThat(in.next()).isEqualTo(1);
        assertThat(in.varint()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "00", // field number 0
        "0b", "0c", // groups
        "0e", "0f", // wire types that there are not
        "808080808001", // a field number beyond 29 bits
        "ffffffffffffffffff7f", // a tag of more than 64 bits
        "08ffffffffffffffffff02", // a number of more than 64 bits
        "0880", // a number cut short
        "0a05616263", // fewer bytes than announced
        "0affffffff0f", // 2^32 - 1 bytes announced
        "0affffffffffffffffff01", // -1 bytes announced
        "0d010203", "0901020304050607" // fixed numbers cut short
    })
    void malformedMessagesAreViolations(String text) {
        assertThatThrownBy(() -> {
                    ProtoReader in = new ProtoReader(hex(text));
                    while (in.next() != 0) in.skip();
                })
                .isInstanceOf(Violation.class);
    }

    @Test
    void moreBytesThanAllowedAreAViolation() {
        ProtoReader in = new ProtoReader(new ProtoWriter().bytes(1, new byte[11]).toBytes());
        in.next();
        assertThatThrownBy(() -> in.bytes(10)).isInstanceOf(Violation.class);
    }

    @Test
    void aLargerNumberThanAllowedIsAViolation() {
        for (long value : new long[] {101, -1}) {
            ProtoReader in = new ProtoReader(new ProtoWriter().varint(1, value).toBytes());
            in.next();
            assertThatThrownBy(() -> in.varint(100)).isInstanceOf(Violation.class);
        }
    }

    @Test
    void anotherWireTypeThanAskedForIsAViolation() {
        ProtoReader in = new ProtoReader(new ProtoWriter().varint(1, 1).toBytes());
        in.next();
        assertThatThrownBy(() -> in.bytes(10)).isInstanceOf(Violation.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "80", "c080", "c1bf", "e08080", "e09fbf", "eda080", "f0808080", "f48fbfc0", "f4908080", "f5808080", "c3", "e282", "f09f98", "ff"
    })
    void textThatIsNotUtf8IsAViolation(String text) {
        ProtoReader in = new ProtoReader(new ProtoWriter().bytes(1, hex(text)).toBytes());
        in.next();
        assertThatThrownBy(() -> in.string(10)).isInstanceOf(Violation.class);
    }

    @Test
    void textOfAllPlanesIsRead() {
        String text = "a\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\ud800\udc00\udbff\udfff";
        ProtoReader in = new ProtoReader(new ProtoWriter().string(1, text).toBytes());
        in.next();
        assertThat(in.string(100)).isEqualTo(text);
    }

    @Test
    void utf8IsJudgedAsTheJdkDoes() {
        Rng rng = Rng.seeded(1);
        for (int i = 0; i < 200_000; i++) {
            byte[] b = rng.bytes(1 + rng.nextInt(4));
            if (rng.nextInt(2) == 0) b[0] |= (byte) 0xe0;
            boolean round = Arrays.equals(new String(b, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), b);
            assertThat(Utf8.valid(b)).as(HexFormat.of().formatHex(b)).isEqualTo(round);
        }
    }

    @Test
    void aMessageCutAnywhereIsReadOrAViolation() {
        byte[] whole = everyKind();
        for (int i = 0; i <= whole.length; i++) readAnyhow(Arrays.copyOf(whole, i), i);
    }

    @Test
    void anyBytesAreReadOrAViolation() {
        Rng rng = Rng.seeded(2);
        byte[] whole = everyKind();
        for (int i = 0; i < 100_000; i++) {
            byte[] b = rng.nextInt(2) == 0 ? rng.bytes(rng.nextInt(40)) : Arrays.copyOf(whole, whole.length);
            if (b.length > 0) b[rng.nextInt(b.length)] = (byte) rng.nextInt(256);
            readAnyhow(b, i);
        }
    }

    private static void readAnyhow(byte[] b, int way) {
        try {
            ProtoReader in = new ProtoReader(b);
            for (int n = way; in.next() != 0; n++) {
                switch (in.wireType()) {
                    case ProtoReader.VARINT -> in.varint();
                    case ProtoReader.FIXED64 -> in.fixed64();
                    case ProtoReader.FIXED32 -> in.fixed32();
                    default -> {
                        if (n % 3 == 0) in.string(16);
                        else if (n % 3 == 1) assertThat(in.bytes(16).length).isLessThanOrEqualTo(16);
                        else in.message(16).next();
                    }
                }
            }
        } catch (Violation v) {
            assertThat(v.getMessage()).isNotEmpty();
        }
    }
}
