package libp2p.core.wire.sctp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.Rng;
import libp2p.core.Violation;
import org.junit.jupiter.api.Test;

/** What the machine makes of packets that no honest peer sends. */
class SctpFuzzTest {
    private static final int BINARY = 53;

    private static Buf data(int flags, int tsn, int stream, int ssn, byte[] bytes) {
        Buf b = Format.chunk(Format.DATA, flags, 12 + bytes.length);
        b.putI32(tsn).putU16(stream).putU16(ssn).putI32(BINARY).put(bytes);
        Format.pad(b);
        return b;
    }

    /** Packets of a lively association, with good checksums. */
    private static List<byte[]> recorded() {
        List<byte[]> all = new ArrayList<>();
        SctpWorld w = SctpWorld.connected(1, SctpSettings.DEFAULT);
        w.net = SctpWorld.Net.BAD;
        for (int s = 0; s < 20; s++) {
            w.a.machine.send(s, BINARY, new byte[2000]);
            w.a.machine.reset(s);
        }
        Buf packet = new Buf(1192);
        for (int i = 0; i < 200; i++) {
            while (w.a.machine.transmit(packet.clear(), w.now)) {
                byte[] p = packet.takeAll();
                all.add(p);
                w.b.take(p.clone());
            }
            while (w.b.machine.transmit(packet.clear(), w.now)) {
                byte[] p = packet.takeAll();
                all.add(p);
                w.a.take(p.clone());
            }
            w.now += 100 * SctpWorld.MILLI;
            w.a.machine.expire(w.now);
            w.b.machine.expire(w.now);
        }
        return all;
    }

    /** Gives {@code b} damaged packets under its own tag; it may end, and must neither throw anything else nor grow. */
    private static void survives(Rng rng, List<byte[]> packets, int rounds) {
        SctpWorld w = SctpWorld.connected(rng.nextLong(), SctpSettings.DEFAULT);
        SctpRaw raw = new SctpRaw(w);
        Buf out = new Buf(1192);
        for (int i = 0; i < rounds && w.b.end == null; i++) {
            byte[] p = packets.get(rng.nextInt(packets.size()));
            int cut = rng.nextInt(4) == 0 ? rng.nextInt(p.length) : p.length;
            byte[] body = new byte[Math.max(0, cut - Format.HEADER)];
            System.arraycopy(p, Format.HEADER, body, 0, body.length);
            for (int k = rng.nextInt(4); k > 0 && body.length > 0; k--) {
                if (rng.nextInt(2) == 0) body[rng.nextInt(body.length)] = (byte) rng.nextInt();
                else body[rng.nextInt(Math.min(body.length, 24))] ^= (byte) (1 << rng.nextInt(8));
            }
            w.b.take(raw.packet(new Buf(body)));
            for (int n = 0; w.b.machine.transmit(out.clear(), w.now); n++) assertThat(n).isLessThan(2000);
            w.now += SctpWorld.MILLI;
            w.b.machine.expire(w.now);
        }
    }

    @Test
    void damagedPacketsEndItAtMost() {
        List<byte[]> packets = recorded();
        Rng rng = Rng.seeded(7);
        for (int i = 0; i < 1500; i++) survives(rng, packets, 40);
    }

    @Test
    void packetsCutAtEveryByteEndItAtMost() {
        List<byte[]> packets = recorded();
        SctpWorld w = SctpWorld.connected(3, SctpSettings.DEFAULT);
        SctpRaw raw = new SctpRaw(w);
        for (byte[] p : packets.subList(0, Math.min(40, packets.size()))) {
            for (int n = Format.HEADER; n < p.length; n += n < 80 ? 1 : 17) {
                byte[] body = new byte[n - Format.HEADER];
                System.arraycopy(p, Format.HEADER, body, 0, body.length);
                w.b.take(raw.packet(new Buf(body)));
                if (w.b.machine.isEnded()) {
                    w = SctpWorld.connected(n, SctpSettings.DEFAULT);
                    raw = new SctpRaw(w);
                }
            }
        }
    }

    @Test
    void aPacketUnderAnotherTagIsPassedOver() {
        SctpWorld w = SctpWorld.connected(4, SctpSettings.DEFAULT);
        byte[] p = new SctpRaw(w).packet(Format.chunk(Format.ABORT, 0, 0));
        p[4] ^= 1;
        Buf resealed = new Buf(p);
        for (int i = 8; i < 12; i++) p[i] = 0;
        Format.seal(resealed, SctpSettings.DEFAULT.checksum());
        w.b.take(p);
        assertThat(w.b.end).isNull();
    }

    @Test
    void dataBeyondTheWindowIsDropped() {
        SctpWorld w = SctpWorld.connected(5, SctpSettings.DEFAULT.buffers(10_000, 1 << 20));
        w.b.reads = false;
        SctpRaw raw = new SctpRaw(w);
        Buf first = new Buf(1192);
        int tsn = tsn(w, first);
        for (int i = 1; i < 4000; i++) raw.toB(data(Format.BEGIN | Format.END, tsn + i, 5, i - 1, new byte[1000]));
        assertThat(w.b.unread).isLessThanOrEqualTo(10_000 + 64 * 1024);
        for (int i = 1; i < 4000; i++) raw.toB(data(Format.BEGIN | Format.END, tsn + 2 * i, 6, i, new byte[1000]));
        assertThat(w.b.machine.isEnded()).isFalse();
    }

    /** The number of the one chunk that {@link SctpRaw} sent, which {@code b} gets. */
    private static int tsn(SctpWorld w, Buf packet) {
        w.a.machine.expire(w.now + 5000 * SctpWorld.MILLI);
        w.a.machine.transmit(packet, w.now + 5000 * SctpWorld.MILLI);
        byte[] p = packet.takeAll();
        w.b.take(p.clone());
        Buf b = new Buf(p);
        b.skip(Format.HEADER);
        while (b.peek(0) != Format.DATA) {
            b.skip(2);
            int size = b.u16();
            b.skip(Format.padded(size) - 4);
        }
        b.skip(4);
        return b.i32();
    }

    @Test
    void streamNumbersOutOfOrderAreAViolation() {
        SctpWorld w = SctpWorld.connected(6, SctpSettings.DEFAULT);
        SctpRaw raw = new SctpRaw(w);
        int tsn = tsn(w, new Buf(1192));
        raw.toB(data(Format.BEGIN | Format.END, tsn + 1, 5, 3, new byte[1]));
        assertThat(w.b.end).isNotNull();
        assertThat(w.b.machine.isEnded()).isTrue();
    }

    @Test
    void aFragmentOfNoMessageIsAViolation() {
        SctpWorld w = SctpWorld.connected(7, SctpSettings.DEFAULT);
        SctpRaw raw = new SctpRaw(w);
        int tsn = tsn(w, new Buf(1192));
        raw.toB(data(Format.END, tsn + 1, 5, 0, new byte[1]));
        assertThat(w.b.end).isNotNull();
    }

    @Test
    void anAcknowledgementOfWhatWasNotSentIsAViolation() {
        SctpWorld w = SctpWorld.connected(8, SctpSettings.DEFAULT);
        SctpRaw raw = new SctpRaw(w);
        raw.toB(Format.chunk(Format.SACK, 0, 12).putI32(0x7654321).putI32(1000).putU16(0).putU16(0));
        boolean old = w.b.end == null; // half of all numbers are old ones
        raw.toB(Format.chunk(Format.SACK, 0, 12).putI32(0x7654321 + (1 << 31)).putI32(1000).putU16(0).putU16(0));
        assertThat(old && w.b.end == null).isFalse();
    }

    @Test
    void manyHeartbeatsAreAnsweredWithinBounds() {
        SctpWorld w = SctpWorld.connected(9, SctpSettings.DEFAULT);
        SctpRaw raw = new SctpRaw(w);
        Buf[] beats = new Buf[1000];
        for (int i = 0; i < beats.length; i++) beats[i] = Format.chunk(Format.HEARTBEAT, 0, 8).putU16(1).putU16(8).putI32(i);
        raw.toB(beats);
        int answers = 0;
        Buf out = new Buf(1192);
        while (w.b.machine.transmit(out.clear(), w.now)) answers += out.size();
        assertThat(answers).isBetween(64 * 12, 64 * 12 + 100);
    }

    @Test
    void setUpWithoutWhatItNeedsIsAViolation() {
        SctpWorld w = new SctpWorld(10, SctpSettings.DEFAULT);
        Buf packet = new Buf(100);
        Format.header(packet, 0);
        packet.put(Format.chunk(Format.INIT, 0, 16).putI32(0).putI32(1).putU16(1).putU16(1).putI32(1).takeAll());
        Format.seal(packet, SctpSettings.DEFAULT.checksum());
        assertThatThrownBy(() -> w.b.machine.receive(packet, w.now)).isInstanceOf(Violation.class);
    }
}
