package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import libp2p.core.Buf;
import org.junit.jupiter.api.Test;

class RingTest {
    private final Ring ring = new Ring();

    @Test
    void itTakesWhatFitsAndNoMore() {
        assertThat(ring.put(new byte[Ring.SIZE_MAX + 5], 3, Ring.SIZE_MAX + 2)).isEqualTo(Ring.SIZE_MAX);
        assertThat(ring.isFull()).isTrue();
        assertThat(ring.put(new byte[1], 0, 1)).isZero();
        Buf more = new Buf(new byte[3]);
        ring.put(more);
        assertThat(more.size()).isEqualTo(3);
    }

    @Test
    void bytesLeaveInTheOrderTheyCame() {
        Random random = new Random(11);
        ArrayDeque<Byte> expected = new ArrayDeque<>();
        for (int round = 0; round < 5000; round++) {
            byte[] bytes = new byte[random.nextInt(3000)];
            random.nextBytes(bytes);
            int put = ring.put(bytes, 0, bytes.length);
            for (int i = 0; i < put; i++) expected.add(bytes[i]);
            if (random.nextBoolean()) {
                byte[] out = new byte[random.nextInt(3000)];
                int got = ring.take(out, 0, out.length);
                for (int i = 0; i < got; i++) assertThat(out[i]).isEqualTo(expected.remove());
            } else {
                Buf view = ring.view();
                int got = Math.min(view.size(), random.nextInt(3000));
                for (int i = 0; i < got; i++) assertThat((byte) view.u8()).isEqualTo(expected.remove());
                ring.drop(got);
            }
            assertThat(ring.size()).isEqualTo(expected.size());
        }
    }

    @Test
    void emptyItHasNothingToSee() {
        assertThat(ring.view().isEmpty()).isTrue();
        assertThat(ring.take(new byte[4], 0, 4)).isZero();
        ring.put(new byte[10], 0, 10);
        ring.clear();
        assertThat(ring.isEmpty()).isTrue();
        assertThat(ring.put(new byte[10], 0, 10)).isEqualTo(10);
    }
}
