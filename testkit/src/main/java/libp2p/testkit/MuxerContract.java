package libp2p.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.Violation;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.Muxer;
import libp2p.multiformats.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every muxer does, shown by two of its sessions back to back, on one loop and on two. */
@TestInstance(TestInstance.Lifecycle.PER_METHOD)
public abstract class MuxerContract {
    private static final int WINDOW = 256 * 1024;

    /** Without flow control, how long a stream that is not read may hold up the others. */
    private static final long STALL_NANOS = 5_000_000_000L;

    private final TestLoop.Clock clock = new TestLoop.Clock();
    private final List<StreamProbe> accepted = new ArrayList<>();
    private MuxEnd dialer;
    private MuxEnd listener;

    /** A contract to extend. */
    protected MuxerContract() {}

    /** The muxer under test. */
    protected abstract Muxer muxer();

    /** Whether a stream that is not read holds its writer, and no other. */
    protected abstract boolean flowControlled();

    /** Whether a reset and a farewell carry a code. */
    protected abstract boolean carriesCodes();

    /** The limits that the sessions run with. */
    protected Limits limits() {
        return Limits.DEFAULT;
    }

    private void join(Function<StreamProbe, StreamProbe> like) {
        join(limits(), limits(), StreamProbe.each(accepted, like));
    }

    private void join(Limits ours, Limits theirs, Function<Stream, StreamHandler> accept) {
        dialer = new MuxEnd(muxer(), clock.loop(), true, ours, StreamProbe.each(accepted, p -> p));
        listener = new MuxEnd(muxer(), clock.loop(), false, theirs, accept);
        MuxEnd.join(dialer, listener);
        clock.settle();
    }

    /** Nothing is left behind, whatever happened. */
    @AfterEach
    protected final void nothingIsLeftBehind() {
        for (MuxEnd end : List.of(dialer, listener)) {
            end.stall(false);
            clock.settle();
            end.close(CloseReason.FINISHED);
        }
        clock.advance(1_000_000_000L);
        for (MuxEnd end : List.of(dialer, listener)) {
            assertThat(end.bugs).isEmpty();
            assertThat(end.workspace.lent()).as("buffers lent").isZero();
            assertThat(end.session().streams()).isZero();
            for (Scope.Resource r : Scope.Resource.values()) assertThat(end.node.used(r)).as("%s", r).isZero();
            assertThat(end.loop.timers()).as("timers").isZero();
        }
        for (StreamProbe p : accepted) assertThat(p.closes()).hasSize(1);
    }

    /** Bytes that are the same for the same seed. */
    protected static byte[] bytes(long seed, int n) {
        return Rng.seeded(seed).bytes(n);
    }

    @Test
    void whatIsWrittenArrivesAndComesBack() {
        join(StreamProbe::echo);
        StreamProbe p = new StreamProbe().write(bytes(1, 100_000)).finish();
        dialer.open(p);
        assertThat(p.received()).isEqualTo(bytes(1, 100_000));
        assertThat(p.closed()).isEqualTo(CloseReason.FINISHED);
        assertThat(accepted.get(0).closed()).isEqualTo(CloseReason.FINISHED);
    }

    @Test
    void bothEndsOpenStreams() {
        join(StreamProbe::echo);
        StreamProbe a = dialer.open(new StreamProbe().write(bytes(1, 10)).finish());
        StreamProbe b = listener.open(new StreamProbe().write(bytes(2, 10)));
        assertThat(a.received()).isEqualTo(bytes(1, 10));
        assertThat(accepted.get(1).received()).isEqualTo(bytes(2, 10));
        assertThat(b.closes()).isEmpty();
    }

    @Test
    void openNeverCallsBackBeforeItReturns() {
        join(StreamProbe::echo);
        StreamProbe p = new StreamProbe();
        dialer.loop.run(() -> {
            dialer.session().open(p);
            assertThat(p.stream()).isNull();
        });
        assertThat(p.opens()).isEqualTo(1);
    }

    @Test
    void resetNeverCallsBackBeforeItReturns() {
        join(p -> p);
        StreamProbe p = dialer.open(new StreamProbe());
        dialer.loop.run(() -> {
            p.stream().reset(7);
            assertThat(p.closes()).isEmpty();
        });
        assertThat(p.closed().kind()).isEqualTo(CloseReason.Kind.RESET);
    }

    @Test
    void megabytesPassBothWaysCutAtOddPlaces() {
        join(StreamProbe::echo);
        dialer.cut(7);
        listener.cut(1021);
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(3, 3_000_000)).finish());
        assertThat(p.received()).isEqualTo(bytes(3, 3_000_000));
    }

    @Test
    void aStreamCutAtEveryByteIsTheSame() {
        join(StreamProbe::echo);
        dialer.cut(1);
        listener.cut(1);
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(4, 5000)).finish());
        assertThat(p.received()).isEqualTo(bytes(4, 5000));
        assertThat(p.closed()).isEqualTo(CloseReason.FINISHED);
    }

    @Test
    void halfClosedByTheOpenerTheOtherWayGoesOn() {
        join(p -> p);
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(1, 5)).finish());
        StreamProbe q = accepted.get(0);
        assertThat(q.peerFinished()).isTrue();
        assertThat(q.closes()).isEmpty();
        listener.loop.run(() -> q.write(bytes(5, 1_000_000)));
        assertThat(p.received()).isEqualTo(bytes(5, 1_000_000));
        assertThat(p.closes()).isEmpty();
        listener.loop.run(q::finish);
        assertThat(p.closed()).isEqualTo(CloseReason.FINISHED);
    }

    @Test
    void halfClosedByTheAccepterTheOtherWayGoesOn() {
        join(StreamProbe::finish);
        StreamProbe p = dialer.open(new StreamProbe());
        assertThat(p.peerFinished()).isTrue();
        dialer.loop.run(() -> p.write(bytes(6, 1_000_000)));
        assertThat(accepted.get(0).received()).isEqualTo(bytes(6, 1_000_000));
        assertThat(p.closes()).isEmpty();
        dialer.loop.run(p::finish);
        assertThat(accepted.get(0).closed()).isEqualTo(CloseReason.FINISHED);
    }

    @Test
    void whatWasWrittenBeforeTheEndIsReadBeforeIt() {
        join(StreamProbe::idle);
        dialer.open(new StreamProbe().write(bytes(1, 1000)).finish());
        StreamProbe q = accepted.get(0);
        assertThat(q.peerFinished()).isFalse();
        listener.loop.run(q::read);
        assertThat(q.received()).isEqualTo(bytes(1, 1000));
        assertThat(q.peerFinished()).isTrue();
    }

    @Test
    void aStreamThatIsResetTellsThePeerItsCode() {
        join(p -> p);
        StreamProbe p = dialer.open(new StreamProbe());
        dialer.loop.run(() -> p.stream().reset(0xdead_beefL));
        assertThat(p.closed()).isEqualTo(CloseReason.of(CloseReason.Kind.RESET, 0xdead_beefL, ""));
        CloseReason heard = accepted.get(0).closed();
        assertThat(heard.kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(heard.code()).isEqualTo(carriesCodes() ? 0xdead_beefL : 0);
    }

    @Test
    void aViolationOfAHandlerResetsItsStreamAndNoOther() {
        join(limits(), limits(), s -> new Thrower(new Violation("no")));
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(1, 1)));
        assertThat(p.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(p.closed().code()).isEqualTo(carriesCodes() ? Codes.PROTOCOL_VIOLATION : 0);
        assertThat(dialer.violation()).isNull();
        StreamProbe next = dialer.open(new StreamProbe());
        assertThat(next.opens()).isEqualTo(1);
    }

    @Test
    void aBugOfAHandlerIsReportedAndResetsItsStream() {
        join(limits(), limits(), s -> new Thrower(new IllegalStateException("oops")));
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(1, 1)));
        assertThat(p.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(listener.bugs).hasSize(1);
        listener.bugs.clear();
    }

    private record Thrower(RuntimeException what) implements StreamHandler {
        @Override
        public void onData(Stream stream, Buf data) {
            throw what;
        }

        @Override
        public void onFinish(Stream stream) {}
    }

    @Test
    void bothSidesWritingMoreThanAWindowBeforeReadingDoNotWaitForEachOther() {
        if (!flowControlled()) {
            join(p -> p);
            return;
        }
        join(p -> p.idle().write(bytes(2, 3 * WINDOW)));
        StreamProbe p = dialer.open(new StreamProbe().idle().write(bytes(1, 3 * WINDOW)));
        StreamProbe q = accepted.get(0);
        assertThat(p.unwritten()).isPositive();
        assertThat(q.unwritten()).isPositive();
        dialer.loop.run(p::read);
        assertThat(p.received()).isEqualTo(bytes(2, 3 * WINDOW));
        listener.loop.run(q::read);
        assertThat(q.received()).isEqualTo(bytes(1, 3 * WINDOW));
    }

    @Test
    void aStreamThatIsNotReadHoldsItsWriterAndNoOther() {
        if (!flowControlled()) {
            join(p -> p);
            return;
        }
        join(p -> accepted.isEmpty() ? p.idle() : p.echo());
        StreamProbe slow = dialer.open(new StreamProbe().write(bytes(1, 4 * WINDOW)));
        assertThat(slow.unwritten()).isEqualTo(3 * WINDOW);
        StreamProbe quick = dialer.open(new StreamProbe().write(bytes(2, 4 * WINDOW)).finish());
        assertThat(quick.received()).isEqualTo(bytes(2, 4 * WINDOW));
        listener.loop.run(accepted.get(0)::read);
        assertThat(accepted.get(0).received()).isEqualTo(bytes(1, 4 * WINDOW));
    }

    @Test
    void streamsThatWriteMuchTakeTurns() {
        join(p -> p);
        StreamProbe[] writers = new StreamProbe[4];
        dialer.stall(true);
        for (int i = 0; i < writers.length; i++) writers[i] = dialer.open(new StreamProbe().write(bytes(i, 200_000)));
        listener.cut(1 << 20);
        dialer.stall(false);
        clock.settle();
        for (int i = 0; i < writers.length; i++) {
            assertThat(accepted.get(i).received()).isEqualTo(bytes(i, 200_000));
            assertThat(writers[i].writables()).isBetween(1, 200);
        }
    }

    @Test
    void aThousandStreamsAtOnce() {
        join(Limits.DEFAULT.with().streamsOutboundPerConnectionMax(1000).mplexOpeningsPerSecond(0).build(), limits(),
                StreamProbe.each(accepted, StreamProbe::echo));
        List<StreamProbe> probes = new ArrayList<>();
        dialer.loop.run(() -> {
            for (int i = 0; i < 1000; i++) {
                StreamProbe p = new StreamProbe().write(bytes(i, 1000)).finish();
                probes.add(p);
                dialer.session().open(p);
            }
        });
        for (int i = 0; i < 1000; i++) {
            assertThat(probes.get(i).received()).isEqualTo(bytes(i, 1000));
            assertThat(probes.get(i).closed()).isEqualTo(CloseReason.FINISHED);
        }
    }

    @Test
    void openingsBeyondTheBoundWaitInOrder() {
        Limits two = limits().with().streamsOutboundPerConnectionMax(2).mplexOpeningsPerSecond(0).build();
        join(two, limits(), StreamProbe.each(accepted, p -> p));
        StreamProbe a = dialer.open(new StreamProbe());
        dialer.open(new StreamProbe());
        StreamProbe c = dialer.open(new StreamProbe());
        StreamProbe d = dialer.open(new StreamProbe());
        assertThat(dialer.session().streams()).isEqualTo(2);
        assertThat(c.opens()).isZero();
        dialer.loop.run(() -> a.stream().reset(0));
        assertThat(c.opens()).isEqualTo(1);
        assertThat(d.opens()).isZero();
    }

    @Test
    void openingsBeyondThoseThatMayWaitAreRefused() {
        Limits few = limits().with().streamsOutboundPerConnectionMax(1).streamsWaitingMax(1).mplexOpeningsPerSecond(0).build();
        join(few, limits(), StreamProbe.each(accepted, p -> p));
        dialer.open(new StreamProbe());
        dialer.open(new StreamProbe());
        StreamProbe c = dialer.open(new StreamProbe());
        assertThat(c.closed().kind()).isEqualTo(CloseReason.Kind.REFUSED);
        assertThat(c.closedUnopened()).isTrue();
    }

    @Test
    void anOpeningThatIsCancelledWhileItWaitsHearsOnlyThat() {
        Limits one = limits().with().streamsOutboundPerConnectionMax(1).mplexOpeningsPerSecond(0).build();
        join(one, limits(), StreamProbe.each(accepted, p -> p));
        dialer.open(new StreamProbe());
        StreamProbe p = new StreamProbe();
        dialer.loop.run(() -> {
            Cancellable c = dialer.session().open(p);
            c.cancel();
            c.cancel();
        });
        assertThat(p.closed()).isEqualTo(CloseReason.CANCELLED);
        assertThat(p.closedUnopened()).isTrue();
        assertThat(accepted).hasSize(1);
    }

    @Test
    void cancellingAnOpenStreamDoesNothing() {
        join(p -> p);
        StreamProbe p = new StreamProbe();
        Cancellable[] opening = new Cancellable[1];
        dialer.loop.run(() -> opening[0] = dialer.session().open(p));
        dialer.loop.run(() -> opening[0].cancel());
        assertThat(p.closes()).isEmpty();
    }

    @Test
    void aBudgetThatIsUsedUpRefusesWhatIsOpened() {
        join(limits().with().streamsOutboundMax(0).build(), limits(), StreamProbe.each(accepted, p -> p));
        StreamProbe p = dialer.open(new StreamProbe());
        assertThat(p.closed().kind()).isEqualTo(CloseReason.Kind.REFUSED);
        assertThat(p.closedUnopened()).isTrue();
    }

    @Test
    void oneStreamMoreThanThePeerMayHaveIsRefused() {
        Limits three = limits().with().streamsInboundPerConnectionMax(3).build();
        join(limits(), three, StreamProbe.each(accepted, p -> p));
        StreamProbe[] p = new StreamProbe[4];
        for (int i = 0; i < 4; i++) p[i] = dialer.open(new StreamProbe());
        assertThat(p[2].closes()).isEmpty();
        assertThat(p[3].closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(p[3].closed().code()).isEqualTo(carriesCodes() ? Codes.RESOURCE_LIMIT_EXCEEDED : 0);
        assertThat(listener.session().streams()).isEqualTo(3);
    }

    @Test
    void streamsOpenedTooFastAreRefused() {
        Limits slow = limits().with().streamOpeningsPerSecond(1).build();
        join(limits(), slow, StreamProbe.each(accepted, p -> p));
        StreamProbe[] p = new StreamProbe[3];
        for (int i = 0; i < 3; i++) p[i] = dialer.open(new StreamProbe());
        assertThat(p[1].closes()).isEmpty();
        assertThat(p[2].closed().code()).isEqualTo(carriesCodes() ? Codes.RATE_LIMITED : 0);
        clock.advance(1_000_000_000L);
        assertThat(dialer.open(new StreamProbe()).closes()).isEmpty();
    }

    @Test
    void streamsWithoutAProtocolAreBounded() {
        Limits two = limits().with().streamsUnnegotiatedMax(2).build();
        List<CloseReason> heard = new ArrayList<>();
        join(limits(), two, s -> new Silent(heard));
        StreamProbe[] p = new StreamProbe[3];
        for (int i = 0; i < 3; i++) p[i] = dialer.open(new StreamProbe());
        assertThat(p[1].closes()).isEmpty();
        assertThat(p[2].closed().code()).isEqualTo(carriesCodes() ? Codes.RESOURCE_LIMIT_EXCEEDED : 0);
    }

    private record Silent(List<CloseReason> heard) implements StreamHandler {
        @Override
        public void onData(Stream stream, Buf data) {}

        @Override
        public void onFinish(Stream stream) {}

        @Override
        public void onClose(@Nullable Stream stream, CloseReason reason) {
            heard.add(reason);
        }
    }

    @Test
    void resetWhileBlocked() {
        join(StreamProbe::idle);
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(1, 3_000_000)));
        dialer.loop.run(() -> p.stream().reset(9));
        assertThat(p.closed().kind()).isEqualTo(CloseReason.Kind.RESET);
        if (!flowControlled()) clock.advance(STALL_NANOS);
        assertThat(accepted.get(0).closes()).hasSize(1);
    }

    @Test
    void resetByThePeerWhileBlocked() {
        join(StreamProbe::idle);
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(1, 3_000_000)));
        listener.loop.run(() -> accepted.get(0).stream().reset(9));
        assertThat(p.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        StreamProbe q = dialer.open(new StreamProbe());
        assertThat(q.opens()).isEqualTo(1);
    }

    @Test
    void closeWhileBlocked() {
        join(StreamProbe::idle);
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(1, 3_000_000)));
        dialer.close(CloseReason.of(CloseReason.Kind.CANCELLED, 0x1234, "enough"));
        assertThat(p.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(p.closed().code()).isEqualTo(0x1234);
        assertThat(accepted.get(0).closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
    }

    @Test
    void closeWhileThePeerTakesNothing() {
        join(p -> p);
        dialer.stall(true);
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(1, 3_000_000)));
        dialer.close(CloseReason.of(CloseReason.Kind.CANCELLED));
        assertThat(p.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
    }

    @Test
    void closeFailsWhatWaitsToBeOpened() {
        Limits one = limits().with().streamsOutboundPerConnectionMax(1).build();
        join(one, limits(), StreamProbe.each(accepted, p -> p));
        dialer.open(new StreamProbe());
        StreamProbe waiting = dialer.open(new StreamProbe());
        dialer.close(CloseReason.of(CloseReason.Kind.CANCELLED, 3, "enough"));
        assertThat(waiting.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(waiting.closed().code()).isEqualTo(3);
        assertThat(waiting.closedUnopened()).isTrue();
        StreamProbe after = dialer.open(new StreamProbe());
        assertThat(after.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
    }

    @Test
    void drainLetsStreamsEndThenEndsTheSession() {
        join(StreamProbe::echo);
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(1, 10)));
        listener.loop.run(() -> listener.session().drain(Codes.SHUTDOWN));
        assertThat(listener.ended).isEmpty();
        dialer.loop.run(() -> p.write(bytes(2, 10)).finish());
        assertThat(p.closed()).isEqualTo(CloseReason.FINISHED);
        assertThat(p.receivedSize()).isEqualTo(20);
        assertThat(listener.ended).hasSize(1);
        assertThat(listener.ended.get(0).code()).isEqualTo(Codes.SHUTDOWN);
    }

    @Test
    void drainRefusesNewStreamsBothWays() {
        join(StreamProbe::echo);
        dialer.open(new StreamProbe());
        listener.loop.run(() -> listener.session().drain(Codes.SHUTDOWN));
        StreamProbe theirs = dialer.open(new StreamProbe());
        assertThat(theirs.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(theirs.closed().code()).isEqualTo(carriesCodes() ? Codes.SHUTDOWN : 0);
        StreamProbe ours = listener.open(new StreamProbe());
        assertThat(ours.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(ours.closedUnopened()).isTrue();
    }

    @Test
    void drainOfASessionWithoutStreamsEndsItAtOnce() {
        join(p -> p);
        dialer.loop.run(() -> dialer.session().drain(0));
        assertThat(dialer.ended).hasSize(1);
    }

    @Test
    void stopDiscardsWhatArrivesAndWritingGoesOn() {
        join(p -> p.idle());
        StreamProbe p = dialer.open(new StreamProbe().write(bytes(1, 2_000_000)));
        StreamProbe q = accepted.get(0);
        listener.loop.run(() -> q.stream().stop(0));
        listener.loop.run(() -> q.write(bytes(2, 2_000_000)));
        assertThat(p.unwritten()).isZero();
        assertThat(p.received()).isEqualTo(bytes(2, 2_000_000));
        assertThat(q.receivedSize()).isZero();
    }

    @Test
    void anIdleSessionOwnsNoBuffer() {
        join(StreamProbe::echo);
        dialer.open(new StreamProbe().write(bytes(1, 100_000)));
        assertThat(dialer.workspace.lent()).isZero();
        assertThat(listener.workspace.lent()).isZero();
    }

    @Test
    void randomUseAgreesWithAModel() {
        for (long seed = 1; seed <= 40; seed++) new RandomUse(muxer(), limits(), seed).run();
        join(p -> p);
    }
}
