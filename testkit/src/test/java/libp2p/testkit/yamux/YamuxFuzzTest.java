package libp2p.testkit.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.testkit.StreamProbe;
import org.junit.jupiter.api.Test;

/** Damaged and random input: a violation or nothing, never another exception, and nothing left behind. */
class YamuxFuzzTest {

    private static byte[] talk(Rng rng) {
        Buf b = new Buf(1 << 16);
        for (int i = 0; i < 60; i++) {
            int type = rng.nextInt(20) == 0 ? rng.nextInt(6) : rng.nextInt(2);
            int flags = rng.nextInt(3) == 0 ? rng.nextInt(16) : rng.nextInt(2);
            int id = rng.nextInt(10) == 0 ? rng.nextInt() : rng.nextInt(12);
            if (flags == 1) id |= 1;
            byte[] body = rng.bytes(rng.nextInt(200));
            int length = type == 0 ? body.length : rng.nextInt(5) == 0 ? rng.nextInt() : rng.nextInt(1000);
            b.put(RawYamux.frame(type, flags, id, length));
            if (type == 0) b.put(body);
        }
        byte[] bytes = b.takeAll();
        for (int i = rng.nextInt(4); i > 0; i--) bytes[rng.nextInt(bytes.length)] = (byte) rng.nextInt();
        return bytes;
    }

    private static void survives(byte[] input, Rng rng) {
        RawYamux peer = new RawYamux(Limits.DEFAULT, p -> rng.nextInt(2) == 0 ? p.echo() : p.idle());
        for (int i = rng.nextInt(5); i > 0; i--) peer.end.open(new StreamProbe().write(rng.bytes(rng.nextInt(2000))));
        peer.end.cut(1 + rng.nextInt(50));
        peer.end.feed(input);
        peer.loop.advance(rng.nextInt(1000));
        peer.end.close(CloseReason.FINISHED);
        assertThat(peer.end.bugs).isEmpty();
        assertThat(peer.end.workspace.lent()).isZero();
        assertThat(peer.loop.timers()).isZero();
        for (Scope.Resource r : Scope.Resource.values()) assertThat(peer.end.node.used(r)).isZero();
        for (StreamProbe p : peer.accepted) assertThat(p.closes()).hasSize(1);
    }

    @Test
    void damagedConversations() {
        for (int seed = 0; seed < 3000; seed++) {
            Rng rng = Rng.seeded(seed);
            survives(talk(rng), rng);
        }
    }

    @Test
    void randomBytes() {
        for (int seed = 0; seed < 2000; seed++) {
            Rng rng = Rng.seeded(seed);
            byte[] input = rng.bytes(rng.nextInt(400));
            for (int i = 0; i < input.length && rng.nextInt(10) != 0; i += 12) {
                input[i] = 0;
                if (i + 1 < input.length) input[i + 1] = (byte) rng.nextInt(4);
            }
            survives(input, rng);
        }
    }
}
