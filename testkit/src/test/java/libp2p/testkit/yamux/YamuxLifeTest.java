package libp2p.testkit.yamux;

import static libp2p.testkit.yamux.RawYamux.ACK;
import static libp2p.testkit.yamux.RawYamux.DATA;
import static libp2p.testkit.yamux.RawYamux.FIN;
import static libp2p.testkit.yamux.RawYamux.GOAWAY;
import static libp2p.testkit.yamux.RawYamux.PING;
import static libp2p.testkit.yamux.RawYamux.RST;
import static libp2p.testkit.yamux.RawYamux.SYN;
import static libp2p.testkit.yamux.RawYamux.UPDATE;
import static libp2p.testkit.yamux.RawYamux.frame;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.net.Limits;
import libp2p.core.wire.yamux.Yamux;
import libp2p.testkit.MuxEnd;
import libp2p.testkit.StreamProbe;
import libp2p.testkit.TestLoop;
import libp2p.testkit.yamux.RawYamux.Frame;
import org.junit.jupiter.api.Test;

/** Pings, farewells, and floods of openings. */
class YamuxLifeTest {
    private static final long SECOND = 1_000_000_000L;

    // ---- pings

    @Test
    void aPingIsAnswered() {
        RawYamux peer = new RawYamux();
        peer.feed(PING, SYN, 0, -2);
        assertThat(peer.frames()).containsExactly(Frame.of(PING, ACK, 0, -2));
    }

    @Test
    void aPingIsSentFromTimeToTime() {
        RawYamux peer = new RawYamux();
        peer.feed(PING, ACK, 0, 1);
        peer.loop.advance(30 * SECOND);
        assertThat(peer.frames()).containsExactly(Frame.of(PING, SYN, 0, 2));
        peer.feed(PING, ACK, 0, 2);
        peer.loop.advance(30 * SECOND);
        assertThat(peer.frames()).containsExactly(Frame.of(PING, SYN, 0, 3));
    }

    @Test
    void aPeerThatNeverAnswersIsGivenUp() {
        RawYamux peer = new RawYamux();
        peer.feed(PING, ACK, 0, 1);
        StreamProbe p = peer.end.open(new StreamProbe());
        peer.loop.advance(30 * SECOND + 20 * SECOND - 1);
        assertThat(peer.end.ended).isEmpty();
        peer.loop.advance(1);
        assertThat(peer.end.ended).hasSize(1);
        assertThat(peer.end.ended.get(0).kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        assertThat(p.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(peer.loop.timers()).isZero();
    }

    @Test
    void anAnswerToAnotherPingIsNone() {
        RawYamux peer = new RawYamux();
        peer.feed(PING, ACK, 0, 77);
        peer.loop.advance(50 * SECOND);
        assertThat(peer.end.ended).hasSize(1);
    }

    @Test
    void aPeerThatSendsIsAliveThoughItsAnswerIsLate() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        for (int i = 0; i < 20; i++) {
            peer.loop.advance(10 * SECOND);
            peer.feedData(0, 1, new byte[1]);
        }
        assertThat(peer.end.ended).isEmpty();
    }

    @Test
    void aStormOfPingsCostsNothing() {
        RawYamux peer = new RawYamux();
        Buf storm = new Buf(12 * 100_000);
        for (int i = 0; i < 100_000; i++) storm.put(frame(PING, SYN, 0, i));
        byte[] bytes = storm.takeAll();
        peer.end.stall(true);
        for (int i = 0; i < 5; i++) peer.end.feed(bytes);
        assertThat(peer.end.workspace.lent()).isEqualTo(1);
        peer.end.stall(false);
        assertThat(peer.frames()).hasSizeBetween(1, 64);
        peer.feed(PING, SYN, 0, 5);
        assertThat(peer.frames()).containsExactly(Frame.of(PING, ACK, 0, 5));
    }

    // ---- farewells

    @Test
    void afterThePeersFarewellOpenStreamsGoOnAndNewOnesFail() {
        RawYamux peer = new RawYamux();
        StreamProbe p = peer.end.open(new StreamProbe());
        peer.feed(GOAWAY, 0, 0, (int) Codes.SHUTDOWN);
        StreamProbe late = peer.end.open(new StreamProbe());
        assertThat(late.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(late.closed().code()).isEqualTo(Codes.SHUTDOWN);
        assertThat(late.closedUnopened()).isTrue();
        peer.feedData(FIN, 2, new byte[] {1});
        assertThat(p.received()).containsExactly(1);
        assertThat(peer.end.ended).isEmpty();
        peer.loop.run(p::finish);
        assertThat(p.closed()).isEqualTo(CloseReason.FINISHED);
        assertThat(peer.end.ended).hasSize(1);
        assertThat(peer.end.ended.get(0).code()).isEqualTo(Codes.SHUTDOWN);
    }

    @Test
    void openingsThatWaitFailWithThePeersFarewell() {
        RawYamux peer = new RawYamux(Limits.DEFAULT.with().streamsOutboundPerConnectionMax(1).build(), p -> p);
        peer.end.open(new StreamProbe());
        StreamProbe waiting = peer.end.open(new StreamProbe());
        peer.feed(GOAWAY, 0, 0, 0x1005);
        assertThat(waiting.closed().code()).isEqualTo(0x1005);
        assertThat(waiting.closedUnopened()).isTrue();
    }

    @Test
    void aFarewellWithoutStreamsEndsTheSession() {
        RawYamux peer = new RawYamux();
        peer.feed(GOAWAY, 0, 0, 0);
        assertThat(peer.end.ended).hasSize(1);
        assertThat(peer.loop.timers()).isZero();
    }

    @Test
    void drainingSaysGoodbyeLast() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        StreamProbe p = peer.accepted.get(0);
        peer.loop.run(() -> peer.end.session().drain(Codes.SHUTDOWN));
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, ACK, 1, 0));
        peer.feed(UPDATE, SYN, 3, 0);
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, RST, 3, (int) Codes.SHUTDOWN));
        peer.loop.run(() -> p.write(new byte[5]).finish());
        peer.feedData(FIN, 1, new byte[0]);
        List<Frame> last = peer.frames();
        assertThat(last).containsExactly(
                new Frame(DATA, 0, 1, 5, new byte[5]), Frame.of(DATA, FIN, 1, 0), Frame.of(GOAWAY, 0, 0, (int) Codes.SHUTDOWN));
        assertThat(peer.end.ended).hasSize(1);
    }

    @Test
    void closingSendsWhatWasWrittenThenItsCode() {
        RawYamux peer = new RawYamux();
        StreamProbe p = peer.end.open(new StreamProbe());
        peer.frames();
        peer.loop.run(() -> {
            p.write(new byte[3]);
            peer.end.session().close(CloseReason.of(CloseReason.Kind.CANCELLED, Codes.GATED, ""));
        });
        assertThat(peer.frames()).containsExactly(new Frame(DATA, 0, 2, 3, new byte[3]), Frame.of(GOAWAY, 0, 0, (int) Codes.GATED));
        assertThat(p.closed().code()).isEqualTo(Codes.GATED);
    }

    @Test
    void aDrainThatIsCutShortResetsWhatIsStillOpenBeforeTheFarewell() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        StreamProbe p = peer.end.open(new StreamProbe());
        peer.loop.run(() -> peer.end.session().drain(Codes.SHUTDOWN));
        peer.frames();
        peer.loop.run(() -> peer.end.session().close(CloseReason.of(CloseReason.Kind.CANCELLED, Codes.SHUTDOWN, "")));
        int code = (int) Codes.SHUTDOWN;
        assertThat(peer.frames())
                .containsExactly(Frame.of(UPDATE, RST, 1, code), Frame.of(UPDATE, RST, 2, code), Frame.of(GOAWAY, 0, 0, code));
        assertThat(p.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(p.closed().code()).isEqualTo(Codes.SHUTDOWN);
    }

    // ---- openings

    @Test
    void openingsBeyondTheBacklogWaitUntilThePeerAcknowledges() {
        RawYamux peer = new RawYamux();
        List<StreamProbe> probes = new ArrayList<>();
        for (int i = 0; i < 300; i++) probes.add(peer.end.open(new StreamProbe()));
        assertThat(peer.frames()).hasSize(256);
        peer.feed(UPDATE, ACK, 4, 0);
        peer.feed(UPDATE, ACK, 4, 0);
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, SYN, 2 + 2 * 256, 0));
        peer.feed(UPDATE, RST, 6, 0);
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, SYN, 2 + 2 * 257, 0));
        assertThat(probes.get(299).opens()).isZero();
    }

    @Test
    void oneStreamMoreThanAllowedSeesItsCode() {
        RawYamux peer = new RawYamux();
        Buf flood = new Buf(12 * 1025);
        for (int i = 0; i < 1025; i++) flood.put(frame(UPDATE, SYN, 1 + 2 * i, 0));
        RawYamux named = new RawYamux(Limits.DEFAULT.with().streamsUnnegotiatedMax(1024).build(), p -> p);
        byte[] bytes = flood.takeAll();
        named.end.feed(bytes);
        List<Frame> answers = named.frames();
        assertThat(answers).hasSize(1025);
        assertThat(answers.get(1023)).isEqualTo(Frame.of(UPDATE, ACK, 2047, 0));
        assertThat(answers.get(1024)).isEqualTo(Frame.of(UPDATE, RST, 2049, (int) Codes.RESOURCE_LIMIT_EXCEEDED));
        assertThat(named.end.session().streams()).isEqualTo(1024);
        assertThat(peer.end.violation()).isNull();
    }

    @Test
    void oneOpeningMoreThanTheBurstSeesItsCode() {
        RawYamux peer = new RawYamux(Limits.DEFAULT.with().streamOpeningsPerSecond(10).build(), p -> p);
        for (int i = 0; i < 21; i++) {
            peer.feed(UPDATE, SYN, 1 + 2 * i, 0);
            peer.feed(UPDATE, RST, 1 + 2 * i, 0);
        }
        List<Frame> answers = peer.frames();
        assertThat(answers.get(20)).isEqualTo(Frame.of(UPDATE, RST, 41, (int) Codes.RATE_LIMITED));
        assertThat(answers.subList(0, 20)).noneMatch(f -> f.flags() == RST);
    }

    @Test
    void aFloodOfOpeningsFromAPeerThatTakesNothingIsLeftUnreadUntilItDoes() {
        RawYamux peer = new RawYamux();
        peer.end.stall(true);
        int n = 40_000;
        Buf flood = new Buf(12 * n);
        for (int i = 0; i < n; i++) flood.put(frame(UPDATE, SYN, 1 + 2 * i, 0));
        peer.end.feed(flood.takeAll());
        assertThat(peer.end.leftover()).isPositive();
        assertThat(peer.end.workspace.lent()).isEqualTo(1);
        peer.end.stall(false);
        peer.loop.settle();
        assertThat(peer.end.leftover()).isZero();
        assertThat(peer.end.readReadies()).isPositive();
        assertThat(peer.frames()).hasSize(n);
    }

    @Test
    void aSessionWithoutUseHasOneTimer() {
        TestLoop loop = TestLoop.alone();
        MuxEnd end = new MuxEnd(new Yamux(), loop, true, Limits.DEFAULT, s -> new StreamProbe());
        end.takeSent();
        end.feed(frame(PING, ACK, 0, 1));
        assertThat(loop.timers()).isEqualTo(1);
        assertThat(end.workspace.lent()).isZero();
    }
}
