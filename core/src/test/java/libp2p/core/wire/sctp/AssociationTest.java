package libp2p.core.wire.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import org.junit.jupiter.api.Test;

class AssociationTest {
    private static final int BINARY = 53;
    private static final int MESSAGE = 16 * 1024;

    private final SctpSettings settings = SctpSettings.DEFAULT;

    /** Sends {@code size} bytes in messages on a stream, as there is room. */
    private static byte[] send(SctpWorld w, SctpWorld.End from, int stream, int size) {
        byte[] all = Rng.seeded(stream * 31L + size).bytes(size);
        for (int at = 0; at < size; ) {
            int n = Math.min(MESSAGE, size - at);
            if (from.machine.room() >= n) {
                byte[] m = new byte[n];
                System.arraycopy(all, at, m, 0, n);
                from.machine.send(stream, BINARY, m);
                at += n;
            } else {
                w.until(() -> from.machine.room() >= n);
            }
        }
        return all;
    }

    private static void arrives(SctpWorld w, SctpWorld.End to, int stream, byte[] all) {
        w.until(() -> to.received.containsKey(stream) && to.received.get(stream).size() >= all.length);
        assertThat(to.received(stream)).isEqualTo(all);
    }

    @Test
    void checksumsAreThoseOfTheJdk() {
        Rng rng = Rng.seeded(1);
        for (int n = 0; n < 200; n++) {
            byte[] bytes = rng.bytes(n + 3);
            CRC32C c = new CRC32C();
            c.update(bytes, 3, n);
            assertThat(Crc32c.of(bytes, 3, n)).isEqualTo((int) c.getValue());
        }
        byte[] known = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(Crc32c.of(known, 0, 9)).isEqualTo(0xe3069283);
    }

    @Test
    void oneSideSetsItUp() {
        SctpWorld w = SctpWorld.connected(1, settings);
        assertThat(w.a.story).containsExactly("established");
        assertThat(w.b.story).containsExactly("established");
    }

    @Test
    void bothSidesSetItUpAtOnce() {
        SctpWorld w = new SctpWorld(2, settings);
        w.a.machine.connect(w.now);
        w.b.machine.connect(w.now);
        w.until(() -> w.a.machine.isEstablished() && w.b.machine.isEstablished());
        arrives(w, w.b, 0, send(w, w.a, 0, 100_000));
        arrives(w, w.a, 1, send(w, w.b, 1, 100_000));
        assertThat(w.a.story).containsExactly("established");
    }

    @Test
    void setUpSurvivesLossOfAnyPacket() {
        for (int seed = 0; seed < 200; seed++) {
            SctpWorld w = new SctpWorld(seed, settings);
            w.net = new SctpWorld.Net(200, 50, 50, SctpWorld.MILLI, 5 * SctpWorld.MILLI);
            w.a.machine.connect(w.now);
            if (seed % 2 == 0) w.b.machine.connect(w.now);
            w.a.machine.send(0, BINARY, new byte[] {1});
            w.until(() -> w.b.received(0).length == 1);
        }
    }

    @Test
    void aPeerThatNeverAnswersIsGivenUp() {
        SctpWorld w = new SctpWorld(3, settings);
        w.b.silent = true;
        w.a.machine.connect(w.now);
        w.until(() -> w.a.end != null);
        assertThat(w.a.end.kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
    }

    @Test
    void messagesComeWholeAndInOrder() {
        SctpWorld w = SctpWorld.connected(4, settings);
        for (int n = 1; n < 3000; n += 7) w.a.machine.send(0, BINARY, new byte[n]);
        w.until(() -> w.b.messages.size() == 429);
        for (int i = 0; i < 429; i++) assertThat(w.b.messages.get(i)).isEqualTo(1 + 7 * i);
    }

    @Test
    void muchDataComesThroughABadNetwork() {
        for (int seed = 0; seed < 20; seed++) {
            SctpWorld w = SctpWorld.connected(seed, settings);
            w.net = SctpWorld.Net.BAD;
            byte[] there = send(w, w.a, 2, 400_000);
            byte[] back = send(w, w.b, 1, 200_000);
            arrives(w, w.b, 2, there);
            arrives(w, w.a, 1, back);
        }
    }

    @Test
    void theSameSeedSendsTheSamePackets() {
        int[] packets = new int[2];
        for (int i = 0; i < 2; i++) {
            SctpWorld w = SctpWorld.connected(77, settings);
            w.net = SctpWorld.Net.BAD;
            arrives(w, w.b, 2, send(w, w.a, 2, 300_000));
            packets[i] = w.packets;
        }
        assertThat(packets[0]).isEqualTo(packets[1]);
    }

    @Test
    void aLossIsMadeGoodWithinARoundTripAndNotByTheTimer() {
        SctpWorld w = SctpWorld.connected(5, settings);
        arrives(w, w.b, 0, send(w, w.a, 0, 200_000)); // the window has grown
        long from = w.now;
        w.net = new SctpWorld.Net(20, 0, 0, 10 * SctpWorld.MILLI, 0);
        arrives(w, w.b, 1, send(w, w.a, 1, 100_000));
        w.net = SctpWorld.Net.GOOD;
        assertThat(w.now - from).isLessThan(settings.rtoMinNanos());
    }

    @Test
    void aLossOnOneStreamDoesNotHoldUpAnother() {
        SctpWorld w = SctpWorld.connected(6, settings);
        w.net = new SctpWorld.Net(1000, 0, 0, SctpWorld.MILLI, 0);
        w.a.machine.send(1, BINARY, new byte[10]);
        w.a.flush();
        w.net = SctpWorld.Net.GOOD;
        w.a.machine.send(2, BINARY, new byte[10]);
        w.until(() -> w.b.received(2).length == 10);
        assertThat(w.b.received(1)).isEmpty();
        w.until(() -> w.b.received(1).length == 10);
    }

    @Test
    void aReaderWhoWaitsHoldsUpTheSenderAndNothingIsLost() {
        SctpWorld w = SctpWorld.connected(7, settings.buffers(100_000, 1 << 20));
        w.b.reads = false;
        byte[] all = Rng.seeded(8).bytes(600_000);
        for (int at = 0; at < all.length; at += 10_000) {
            byte[] m = new byte[10_000];
            System.arraycopy(all, at, m, 0, m.length);
            w.a.machine.send(0, BINARY, m);
        }
        w.pass(60_000 * SctpWorld.MILLI);
        assertThat(w.b.unread).isBetween(50_000, 100_000 + 64 * 1024);
        w.b.reads = true;
        w.b.readAll();
        arrives(w, w.b, 0, all);
    }

    @Test
    void aSmallMessageFindsItsWayThroughAFullWindow() {
        SctpWorld w = SctpWorld.connected(9, settings.buffers(100_000, 1 << 20));
        w.b.reads = false;
        for (int i = 0; i < 60; i++) w.a.machine.send(0, BINARY, new byte[10_000]);
        w.pass(1000 * SctpWorld.MILLI);
        w.a.machine.discard(0);
        w.a.machine.send(0, BINARY, new byte[7]);
        w.until(() -> w.b.messages.contains(7));
    }

    @Test
    void aStreamThatWasResetBeginsAnew() {
        SctpWorld w = SctpWorld.connected(10, settings);
        for (int round = 0; round < 5; round++) {
            w.net = round == 0 ? SctpWorld.Net.GOOD : SctpWorld.Net.BAD;
            int before = w.b.received(4).length;
            w.a.machine.send(4, BINARY, new byte[5000]);
            w.a.machine.send(4, BINARY, new byte[5000]);
            w.a.machine.reset(4);
            int rounds = round + 1;
            w.until(() -> w.a.story.stream().filter("reset 4"::equals).count() == rounds);
            assertThat(w.b.received(4).length).isEqualTo(before + 10_000);
            assertThat(w.b.story.stream().filter("peer reset 4"::equals).count()).isEqualTo(rounds);
        }
    }

    @Test
    void manyStreamsAreReset() {
        SctpWorld w = SctpWorld.connected(11, settings);
        w.net = SctpWorld.Net.BAD;
        for (int s = 0; s < 1000; s++) {
            w.a.machine.send(s, BINARY, new byte[] {1});
            w.a.machine.reset(s);
        }
        w.until(() -> w.a.story.size() == 1001);
        assertThat(w.b.story).hasSize(1001);
    }

    @Test
    void anAbortTellsItsCodeAndReason() {
        SctpWorld w = SctpWorld.connected(12, settings);
        w.a.machine.abort(0x12345, "as the test says");
        w.until(() -> w.b.end != null);
        assertThat(w.b.end).isEqualTo(CloseReason.of(CloseReason.Kind.CONNECTION_CLOSED, 0x12345, "as the test says"));
        assertThat(w.a.end).isNull();
    }

    @Test
    void aSilentConnectionIsKeptAliveAndADeadPeerNoticed() {
        SctpWorld w = SctpWorld.connected(13, settings);
        w.pass(600_000 * SctpWorld.MILLI);
        assertThat(w.a.end).isNull();
        w.b.silent = true;
        long from = w.now;
        w.until(() -> w.a.end != null);
        assertThat(w.a.end.kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        assertThat(w.now - from).isLessThanOrEqualTo(settings.heartbeatNanos() + settings.heartbeatReplyNanos() + 1000 * SctpWorld.MILLI);
    }

    @Test
    void aPeerThatStopsAcknowledgingIsGivenUp() {
        SctpWorld w = SctpWorld.connected(14, settings);
        w.b.silent = true;
        w.a.machine.send(0, BINARY, new byte[100]);
        w.until(() -> w.a.end != null);
        assertThat(w.a.end.kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
    }

    @Test
    void aPeerThatShutsDownIsAnswered() {
        SctpWorld w = SctpWorld.connected(15, settings);
        SctpRaw raw = new SctpRaw(w);
        raw.toB(Format.chunk(Format.SHUTDOWN, 0, 4).putI32(0));
        assertThat(w.b.end.kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        Buf answer = new Buf(1192);
        assertThat(w.b.machine.transmit(answer, w.now)).isTrue();
        assertThat(answer.peek(12)).isEqualTo(Format.SHUTDOWN_ACK);
    }

    @Test
    void throughputGrowsToWhatTheWindowsAllow() {
        SctpWorld w = SctpWorld.connected(16, settings);
        long from = w.now;
        arrives(w, w.b, 0, send(w, w.a, 0, 20_000_000));
        // A window of 1 MiB in each round trip of 20 ms is 52 MB/s; slow start and acknowledgements take their part.
        assertThat(20_000_000.0 / ((w.now - from) / 1e9)).isGreaterThan(20e6);
    }
}
