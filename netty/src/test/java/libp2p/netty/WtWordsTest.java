package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Codes;
import libp2p.core.Violation;
import org.junit.jupiter.api.Test;

/** The words of WebTransport: integers, the beginnings of streams, capsules, codes. */
class WtWordsTest {
    private static Buf hex(String text) {
        return new Buf(HexFormat.of().parseHex(text));
    }

    // ---- integers

    @Test
    void theIntegersOfRfc9000AreRead() {
        // A.1
        assertThat(QuicVarint.read(hex("c2197c5eff14e88c"))).isEqualTo(151_288_809_941_952_652L);
        assertThat(QuicVarint.read(hex("9d7f3e7d"))).isEqualTo(494_878_333);
        assertThat(QuicVarint.read(hex("7bbd"))).isEqualTo(15_293);
        assertThat(QuicVarint.read(hex("25"))).isEqualTo(37);
        assertThat(QuicVarint.read(hex("4025"))).isEqualTo(37);
    }

    @Test
    void integersAreReadAsTheyWereWrittenAndNotBeforeTheyAreWhole() {
        for (int bits = 0; bits < 62; bits++) {
            for (long v : new long[] {(1L << bits) - 1, 1L << bits}) {
                byte[] written = QuicVarint.put(new Buf(QuicVarint.SIZE_MAX), v).takeAll();
                for (int n = 0; n < written.length; n++) {
                    Buf cut = new Buf(written, 0, n);
                    assertThat(QuicVarint.read(cut)).isEqualTo(-1);
                    assertThat(cut.size()).isEqualTo(n);
                }
                assertThat(QuicVarint.read(new Buf(written))).isEqualTo(v);
            }
        }
        assertThatThrownBy(() -> QuicVarint.put(new Buf(8), 1L << 62)).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- the beginnings of streams

    @Test
    void aStreamSaysWhoseItIsOnceItsHeaderIsWhole() {
        for (long session : new long[] {0, 4, 64, 16_384, 1L << 40}) {
            byte[] header = WtHeader.of(session);
            for (int n = 0; n < header.length; n++) assertThat(WtHeader.read(new Buf(header, 0, n))).isEqualTo(WtHeader.MORE);
            Buf more = new Buf(Arrays.copyOf(header, header.length + 3));
            assertThat(WtHeader.read(more)).isEqualTo(session);
            assertThat(more.size()).isEqualTo(3);
        }
    }

    @Test
    void whatBeginsOtherwiseIsARequestOfWhichNothingIsTaken() {
        Buf headers = hex("0105aabbccddee");
        assertThat(WtHeader.read(headers)).isEqualTo(WtHeader.REQUEST);
        assertThat(headers.size()).isEqualTo(7);
    }

    @Test
    void aSessionIsAStreamThatAClientOpened() {
        for (String bad : List.of("404101", "404102", "404103")) {
            assertThatThrownBy(() -> WtHeader.read(hex(bad))).isInstanceOf(Violation.class);
        }
    }

    // ---- capsules

    /** What was told, as text. */
    private static final class Heard implements WtCapsules.Told {
        private final List<String> all = new ArrayList<>();

        @Override
        public void closed(long code, String text) {
            all.add("closed " + code + " " + text);
        }

        @Override
        public void draining() {
            all.add("draining");
        }
    }

    private static List<String> heard(byte[] said, int cut) {
        Heard h = new Heard();
        WtCapsules c = new WtCapsules();
        c.read(new Buf(said, 0, cut), h);
        c.read(new Buf(said, cut, said.length), h);
        return h.all;
    }

    private static byte[] joined(byte[]... parts) {
        Buf all = new Buf(8192);
        for (byte[] p : parts) all.put(p);
        return all.takeAll();
    }

    @Test
    void capsulesAreHeardWhereverTheyAreCut() {
        byte[] unknown = hex("4aaa05 0102030405".replace(" ", "")).takeAll();
        byte[] empty = hex("0000").takeAll();
        byte[] drain = hex("800078ae00").takeAll();
        byte[] all = joined(unknown, empty, drain, WtCapsules.close(Codes.MAX, "so long \u00fc"), unknown, hex("ffff").takeAll());
        for (int cut = 0; cut <= all.length; cut++) {
            assertThat(heard(all, cut)).as("cut at " + cut).containsExactly("draining", "closed 4294967295 so long \u00fc");
        }
    }

    @Test
    void aCapsuleOfAnySizeIsPassedOverAndTakesNoRoom() {
        Heard h = new Heard();
        WtCapsules c = new WtCapsules();
        c.read(hex("00" + "ffffffffffffffff"), h);
        for (int i = 0; i < 1000; i++) c.read(new Buf(new byte[65_536]), h);
        assertThat(h.all).isEmpty();
    }

    @Test
    void aCloseOfTheWrongSizeIsAViolationBeforeItsValueComes() {
        for (String bad : List.of("684303", "684300", "68434405", "6843ffffffffffffffff")) {
            assertThatThrownBy(() -> new WtCapsules().read(hex(bad), new Heard())).as(bad).isInstanceOf(Violation.class);
        }
    }

    @Test
    void aTextThatIsTooLongIsCutBetweenCharacters() {
        assertThat(heard(WtCapsules.close(7, "a".repeat(5000)), 0)).containsExactly("closed 7 " + "a".repeat(1024));
        assertThat(heard(WtCapsules.close(7, "a" + "\u00fc".repeat(5000)), 0)).containsExactly("closed 7 a" + "\u00fc".repeat(511));
    }

    // ---- codes

    @Test
    void applicationsCodesAreFoundInHttp3s() {
        assertThat(WtCodes.application(0x52e4a40fa8dbL)).isZero();
        assertThat(WtCodes.application(0x52e4a40fa8dbL + 1)).isEqualTo(1);
        assertThat(WtCodes.application(0x52e4a40fa8dbL + 0x1d)).isEqualTo(0x1d);
        assertThat(WtCodes.application(0x52e4a40fa8dbL + 0x1f)).isEqualTo(0x1e);
        assertThat(WtCodes.application(0x52e5ac983162L)).isEqualTo(Codes.MAX);
        for (long other : new long[] {0, WtCodes.REQUEST_CANCELLED, 0x52e4a40fa8daL, 0x52e4a40fa8dbL + 0x1e, 0x52e5ac983163L, -1}) {
            assertThat(WtCodes.application(other)).as(Long.toHexString(other)).isEqualTo(Codes.NONE);
        }
        for (long n = 0; n <= Codes.MAX; n += 65_537) {
            assertThat(WtCodes.application(0x52e4a40fa8dbL + n + n / 0x1e)).isEqualTo(n);
        }
    }
}
