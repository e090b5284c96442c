package libp2p.core.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.multiformats.Varint;
import org.junit.jupiter.api.Test;

class FramesTest {
    private static byte[] frames(byte[]... contents) {
        Buf all = new Buf(0);
        for (byte[] c : contents) all.grow(9 + c.length).putVarint(c.length).put(c);
        return all.takeAll();
    }

    private static void read(Frames frames, byte[] data, List<byte[]> into) {
        Buf in = new Buf(data);
        for (Buf f = frames.next(in); f != null; f = frames.next(in)) into.add(f.takeAll());
        assertThat(in.isEmpty()).isTrue();
    }

    @Test
    void framesMayBeCutAnywhere() {
        byte[][] contents = {new byte[0], {1}, Rng.seeded(1).bytes(300), new byte[0], Rng.seeded(2).bytes(127), Rng.seeded(3).bytes(128)};
        byte[] all = frames(contents);
        for (int a = 0; a <= all.length; a++) {
            for (int b = a; b <= all.length; b += 7) {
                Frames frames = new Frames(300);
                List<byte[]> got = new ArrayList<>();
                read(frames, Arrays.copyOfRange(all, 0, a), got);
                read(frames, Arrays.copyOfRange(all, a, b), got);
                read(frames, Arrays.copyOfRange(all, b, all.length), got);
                assertThat(got.toArray()).isEqualTo(contents);
                assertThat(frames.begun()).isFalse();
            }
        }
    }

    @Test
    void aFrameThatHasBegunIsKnownToHave() {
        byte[] all = frames(new byte[200]);
        for (int at = 1; at < all.length; at++) {
            Frames frames = new Frames(200);
            assertThat(frames.next(new Buf(Arrays.copyOf(all, at)))).isNull();
            assertThat(frames.begun()).isTrue();
        }
    }

    @Test
    void aFrameLargerThanAllowedIsAViolationBeforeAnyOfItComes() {
        for (long size : new long[] {101, 1 << 14, Integer.MAX_VALUE, 1L << 31, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> new Frames(100).next(new Buf(Varint.encode(size)))).isInstanceOf(Violation.class);
        }
    }

    @Test
    void anEndlessOrLongWindedLengthIsAViolation() {
        byte[] endless = new byte[20];
        Arrays.fill(endless, (byte) 0x80);
        assertThatThrownBy(() -> new Frames(100).next(new Buf(endless))).isInstanceOf(Violation.class);
        assertThatThrownBy(() -> new Frames(100).next(new Buf(new byte[] {(byte) 0x81, 0}))).isInstanceOf(Violation.class);
    }

    @Test
    void whatIsHeldGrowsWithWhatCameAndNotWithWhatWasAnnounced() {
        Frames frames = new Frames(Integer.MAX_VALUE);
        Buf announced = new Buf(Varint.encode(Integer.MAX_VALUE - 8));
        assertThat(frames.next(announced)).isNull();
        for (int i = 0; i < 1000; i++) assertThat(frames.next(new Buf(new byte[100]))).isNull();
    }

    @Test
    void aCodecFramesItsMessages() {
        Codec<byte[]> codec = new Codec<>() {
            @Override
            public int sizeMax() {
                return 200;
            }

            @Override
            public int size(byte[] message) {
                return message.length;
            }

            @Override
            public void write(byte[] message, Buf out) {
                out.put(message);
            }

            @Override
            public byte[] read(Buf data) {
                return data.takeAll();
            }
        };
        byte[] message = Rng.seeded(4).bytes(200);
        assertThat(codec.read(new Frames(200).next(codec.frame(message)))).isEqualTo(message);
        assertThatThrownBy(() -> codec.frame(new byte[201])).isInstanceOf(IllegalArgumentException.class);
    }
}
