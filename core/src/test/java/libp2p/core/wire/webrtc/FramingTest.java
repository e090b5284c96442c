package libp2p.core.wire.webrtc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.Violation;
import org.junit.jupiter.api.Test;

class FramingTest {

    private static final class Seen implements Framing.Found {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final List<String> flags = new ArrayList<>();

        @Override
        public void bytes(Buf data) {
            bytes.writeBytes(data.takeAll());
        }

        @Override
        public void flag(int flag, long code) {
            flags.add(flag + ":" + code + " after " + bytes.size());
        }
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] p : parts) all.writeBytes(p);
        return all.toByteArray();
    }

    private static byte[] conversation(byte[] said) {
        return join(
                Framing.bytes(new Buf(said), 300),
                Framing.bytes(new Buf(said, 300, said.length), said.length - 300),
                Framing.flag(Framing.STOP_SENDING, 0x12345678L),
                new byte[] {0}, // an empty message
                new byte[] {9, 0x22, 2, 7, 7, 8, 3, 0x12, 1, 5}, // a field that is not known, FIN_ACK before a byte
                Framing.flag(Framing.FIN, 0));
    }

    private static void read(Framing framing, Seen seen, byte[] all, int from, int to) {
        framing.read(new Buf(all, from, to), seen);
    }

    @Test
    void whatIsWrittenIsReadHoweverItIsCut() {
        byte[] said = Rng.seeded(1).bytes(1000);
        byte[] all = conversation(said);
        for (int cut = 0; cut <= all.length; cut++) {
            Framing framing = new Framing();
            Seen seen = new Seen();
            read(framing, seen, all, 0, cut);
            read(framing, seen, all, cut, all.length);
            assertThat(seen.bytes.toByteArray()).isEqualTo(join(said, new byte[] {5}));
            assertThat(seen.flags).containsExactly("1:" + 0x12345678L + " after 1000", "3:0 after 1001", "0:0 after 1001");
            assertThat(framing.isBetween()).isTrue();
        }
        Framing framing = new Framing();
        Seen seen = new Seen();
        for (int i = 0; i < all.length; i++) read(framing, seen, all, i, i + 1);
        assertThat(seen.flags).hasSize(3);
    }

    @Test
    void theLargestMessageIsNoLongerThanAllowed() {
        byte[] m = Framing.bytes(new Buf(new byte[Framing.BYTES_MAX]), Framing.BYTES_MAX);
        assertThat(m.length).isEqualTo(Framing.MESSAGE_MAX);
    }

    @Test
    void aCodeOfAnySizeIsCarried() {
        for (long code : new long[] {1, 0x7f, 0x80, 0xffff, 0xffffffffL}) {
            Seen seen = new Seen();
            new Framing().read(new Buf(Framing.flag(Framing.RESET_STREAM, code)), seen);
            assertThat(seen.flags).containsExactly("2:" + code + " after 0");
        }
    }

    @Test
    void whatIsNoMessageIsAViolation() {
        byte[][] bad = {
            {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f}, // too long
            {2, 8, (byte) 0x80, 1}, // a number that goes on beyond the end
            {1, 8}, // a key without a value
            {3, 0x12, 9, 1}, // bytes beyond the end
            {2, 0x0b, 1}, // a group
            {3, 0x25, 1, 1}, // four bytes of which one is missing
        };
        for (byte[] b : bad) {
            assertThatThrownBy(() -> new Framing().read(new Buf(join(b, new byte[20])), new Seen())).isInstanceOf(Violation.class);
        }
    }

    @Test
    void anyBytesAreReadOrAreAViolation() {
        Rng rng = Rng.seeded(5);
        byte[] good = conversation(rng.bytes(400));
        for (int round = 0; round < 20_000; round++) {
            byte[] b = good.clone();
            for (int k = 1 + rng.nextInt(4); k > 0; k--) b[rng.nextInt(b.length)] = (byte) rng.nextInt();
            Framing framing = new Framing();
            Seen seen = new Seen();
            int at = 0;
            try {
                while (at < b.length) {
                    int n = Math.min(b.length - at, 1 + rng.nextInt(100));
                    read(framing, seen, b, at, at + n);
                    at += n;
                }
            } catch (Violation v) {
                // as it should be
            }
            assertThat(seen.bytes.size()).isLessThanOrEqualTo(b.length);
        }
    }
}
