package libp2p.testkit.yamux;

import static libp2p.testkit.yamux.RawYamux.ACK;
import static libp2p.testkit.yamux.RawYamux.DATA;
import static libp2p.testkit.yamux.RawYamux.SYN;
import static libp2p.testkit.yamux.RawYamux.UPDATE;
import static libp2p.testkit.yamux.RawYamux.WINDOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.yamux.Yamux;
import libp2p.testkit.MuxEnd;
import libp2p.testkit.StreamProbe;
import libp2p.testkit.TestLoop;
import libp2p.testkit.yamux.RawYamux.Frame;
import org.junit.jupiter.api.Test;

/** Windows: enforced, credited when read, grown where the round trip asks for it, bounded in sum. */
class YamuxWindowTest {
    private static final long MILLI = 1_000_000L;

    @Test
    void aWindowMayBeFilledToTheLastByte() {
        RawYamux peer = new RawYamux(Limits.DEFAULT, StreamProbe::idle);
        peer.feedData(SYN, 1, new byte[WINDOW]);
        assertThat(peer.end.violation()).isNull();
        peer.feedData(0, 1, new byte[1]);
        assertThat(peer.end.violation()).isNotNull();
    }

    @Test
    void creditComesWhenHalfAWindowWasReadAndNotBefore() {
        RawYamux peer = new RawYamux(Limits.DEFAULT, StreamProbe::idle);
        peer.feedData(SYN, 1, new byte[WINDOW / 2 - 1]);
        peer.loop.run(peer.accepted.get(0)::read);
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, ACK, 1, 0));
        peer.feedData(0, 1, new byte[1]);
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, 0, 1, WINDOW / 2));
    }

    @Test
    void aStreamThatIsNotReadGetsNoCredit() {
        RawYamux peer = new RawYamux(Limits.DEFAULT, StreamProbe::idle);
        peer.feedData(SYN, 1, new byte[WINDOW]);
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, ACK, 1, 0));
        peer.loop.run(peer.accepted.get(0)::read);
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, 0, 1, WINDOW));
    }

    @Test
    void weSendNoMoreThanThePeersWindow() {
        RawYamux peer = new RawYamux();
        StreamProbe p = peer.end.open(new StreamProbe().write(new byte[WINDOW + 100]));
        assertThat(peer.frames().stream().mapToInt(f -> f.type() == DATA ? f.length() : 0).sum()).isEqualTo(WINDOW);
        peer.feed(UPDATE, ACK, 2, 60);
        assertThat(peer.frames()).containsExactly(new Frame(DATA, 0, 2, 60, new byte[60]));
        assertThat(p.unwritten()).isEqualTo(40);
    }

    @Test
    void aPeerMayAnnounceALargerWindowWithItsFirstFrame() {
        RawYamux peer = new RawYamux(Limits.DEFAULT, p -> p.write(new byte[WINDOW + 500]));
        peer.feed(UPDATE, SYN, 1, 500);
        assertThat(peer.accepted.get(0).unwritten()).isZero();
    }

    @Test
    void aLargerFirstWindowIsAnnounced() {
        RawYamux peer = new RawYamux(Limits.DEFAULT.with().windowInitial(WINDOW + 1000).build(), StreamProbe::idle);
        peer.feed(UPDATE, SYN, 1, 0);
        peer.end.open(new StreamProbe());
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, ACK, 1, 1000), Frame.of(UPDATE, SYN, 2, 1000));
        peer.feedData(0, 1, new byte[WINDOW + 1000]);
        assertThat(peer.end.violation()).isNull();
    }

    @Test
    void dataFramesAreAtMost64KiB() {
        RawYamux peer = new RawYamux();
        peer.end.open(new StreamProbe().write(new byte[WINDOW]));
        assertThat(peer.frames()).allSatisfy(f -> assertThat(f.length()).isLessThanOrEqualTo(64 * 1024));
    }

    /** Two ends with that delay each way; the dialer sends, the listener reads all. Gives the most that was granted at once. */
    private static final class Slow {
        final TestLoop.Clock clock = new TestLoop.Clock();
        final List<StreamProbe> accepted = new ArrayList<>();
        final MuxEnd dialer;
        final MuxEnd listener;

        Slow(Limits limits) {
            dialer = new MuxEnd(new Yamux(), clock.loop(), true, limits, s -> new StreamProbe()).delay(50 * MILLI);
            listener = new MuxEnd(new Yamux(), clock.loop(), false, limits, StreamProbe.each(accepted, p -> p))
                    .delay(50 * MILLI).room(64 << 20);
            MuxEnd.join(dialer, listener);
            clock.advance(200 * MILLI);
        }
    }

    @Test
    void aWindowGrowsWhereTheRoundTripAsksForItAndIsGivenBackInTheEnd() {
        Slow slow = new Slow(Limits.DEFAULT);
        StreamProbe p = slow.dialer.open(new StreamProbe().write(new byte[40_000_000]));
        slow.clock.advance(3_000 * MILLI); // 30 round trips; 30 first windows are 7.9 MB
        assertThat(p.unwritten()).isLessThan(20_000_000);
        assertThat(slow.listener.node.used(Scope.Resource.BYTES)).isGreaterThan(1024 * 1024);
        slow.clock.advance(3_000 * MILLI);
        assertThat(slow.accepted.get(0).receivedSize()).isEqualTo(40_000_000);
        slow.dialer.loop.run(() -> p.stream().reset(0));
        slow.clock.advance(1_000 * MILLI);
        assertThat(slow.listener.node.used(Scope.Resource.BYTES)).isZero();
    }

    @Test
    void aGrownWindowMayBeFilledUnread() {
        Slow slow = new Slow(Limits.DEFAULT.with().windowMax(2 * WINDOW).bytesUnreadPerConnectionMax(2 * WINDOW).build());
        slow.dialer.open(new StreamProbe().write(new byte[40_000_000]));
        slow.clock.advance(3_000 * MILLI);
        assertThat(slow.listener.node.used(Scope.Resource.BYTES)).isEqualTo(WINDOW);
        slow.accepted.get(0).pause();
        slow.clock.advance(3_000 * MILLI);
        assertThat(slow.accepted.get(0).closes()).isEmpty();
        assertThat(slow.listener.node.used(Scope.Resource.BYTES)).isGreaterThan(WINDOW);
    }

    @Test
    void aWindowDoesNotGrowBeyondItsBound() {
        Slow slow = new Slow(Limits.DEFAULT.with().windowMax(2 * WINDOW).build());
        slow.dialer.open(new StreamProbe().write(new byte[40_000_000]));
        slow.clock.advance(3_000 * MILLI);
        assertThat(slow.listener.node.used(Scope.Resource.BYTES)).isEqualTo(WINDOW);
    }

    @Test
    void aWindowDoesNotGrowWhenItIsNotUsed() {
        Slow slow = new Slow(Limits.DEFAULT);
        StreamProbe p = slow.dialer.open(new StreamProbe());
        for (int i = 0; i < 30; i++) {
            slow.dialer.loop.run(() -> p.write(new byte[WINDOW / 4]));
            slow.clock.advance(300 * MILLI);
        }
        assertThat(slow.accepted.get(0).receivedSize()).isEqualTo(30 * WINDOW / 4);
        assertThat(slow.listener.node.used(Scope.Resource.BYTES)).isZero();
    }

    @Test
    void windowsTogetherStayWithinTheConnectionsSum() {
        Slow slow = new Slow(Limits.DEFAULT.with().bytesUnreadPerConnectionMax(3 * WINDOW).build());
        for (int i = 0; i < 5; i++) slow.dialer.open(new StreamProbe().write(new byte[5_000_000]));
        long most = 0;
        for (int i = 0; i < 60; i++) {
            slow.clock.advance(50 * MILLI);
            most = Math.max(most, slow.listener.node.used(Scope.Resource.BYTES));
        }
        assertThat(most).isPositive().isLessThanOrEqualTo(3 * WINDOW);
    }

    @Test
    void aBudgetThatIsUsedUpKeepsWindowsSmall() {
        Slow slow = new Slow(Limits.DEFAULT.with().bytesMax(WINDOW - 1).build());
        slow.dialer.open(new StreamProbe().write(new byte[5_000_000]));
        slow.clock.advance(3_000 * MILLI);
        assertThat(slow.listener.node.used(Scope.Resource.BYTES)).isZero();
        assertThat(slow.accepted.get(0).receivedSize()).isEqualTo(5_000_000);
    }

    @Test
    void tooMuchUnreadInAllCostsTheWorstStreamWithACode() {
        RawYamux peer = new RawYamux(Limits.DEFAULT.with().bytesUnreadPerConnectionMax(200_000).build(), StreamProbe::idle);
        peer.feedData(SYN, 1, new byte[90_000]);
        peer.feedData(SYN, 3, new byte[110_000]);
        peer.frames();
        assertThat(peer.end.node.used(Scope.Resource.BYTES)).isEqualTo(200_000);
        peer.feedData(SYN, 5, new byte[1]);
        assertThat(peer.reset(3).length()).isEqualTo((int) Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(peer.accepted.get(1).closed().kind()).isEqualTo(CloseReason.Kind.RESET);
        assertThat(peer.accepted.get(0).closes()).isEmpty();
        assertThat(peer.accepted.get(2).closes()).isEmpty();
        assertThat(peer.end.node.used(Scope.Resource.BYTES)).isEqualTo(90_001);
    }

    @Test
    void aNodesBudgetOfBytesCostsTheWorstStreamToo() {
        RawYamux peer = new RawYamux(Limits.DEFAULT.with().bytesMax(1000).build(), StreamProbe::idle);
        peer.feedData(SYN, 1, new byte[1000]);
        peer.feedData(SYN, 3, new byte[1]);
        assertThat(peer.accepted.get(0).closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(peer.accepted.get(1).closes()).isEmpty();
    }

    /** Leaves what comes first; of what comes then takes one byte, and wants no more. */
    private static final class OneByte implements StreamHandler {
        private boolean again;

        @Override
        public void onData(Stream stream, Buf data) {
            if (!again) {
                again = true;
                return;
            }
            data.skip(1);
            stream.stop(0);
        }

        @Override
        public void onFinish(Stream stream) {}
    }

    @Test
    void whatAStopDiscardsIsCreditedOnce() {
        TestLoop loop = TestLoop.alone();
        MuxEnd end = new MuxEnd(new Yamux(), loop, false, Limits.DEFAULT, s -> new OneByte());
        end.feed(RawYamux.data(SYN, 1, new byte[1000]));
        end.feed(RawYamux.data(0, 1, new byte[WINDOW - 1000]));
        Buf sent = new Buf(end.takeSent());
        sent.skip(12 + 12); // ping, acknowledgement
        assertThat(sent.takeAll()).isEqualTo(RawYamux.frame(UPDATE, 0, 1, WINDOW));
    }
}
