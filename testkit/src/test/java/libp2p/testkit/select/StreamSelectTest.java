package libp2p.testkit.select;

import static libp2p.testkit.select.Said.HEADER;
import static libp2p.testkit.select.Said.bytes;
import static libp2p.testkit.select.Said.concat;
import static libp2p.testkit.select.Said.messages;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Violation;
import libp2p.core.net.StreamHandler;
import libp2p.core.wire.StreamSelect;
import libp2p.testkit.StreamProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Protocol selection on one stream, against the bytes of a peer. */
class StreamSelectTest {
    private static final int MESSAGES_MAX = 8;

    private final StreamProbe app = new StreamProbe();
    private final List<LineStream> streams = new ArrayList<>();

    private LineStream lazy(String... ids) {
        return keep(LineStream.open(StreamSelect.propose(List.of(ids), true, MESSAGES_MAX, app)));
    }

    private LineStream patient(String... ids) {
        return keep(LineStream.open(StreamSelect.propose(List.of(ids), false, MESSAGES_MAX, app)));
    }

    private LineStream answering() {
        return keep(LineStream.open(answer(app)));
    }

    private StreamHandler answer(StreamHandler found) {
        return StreamSelect.answer("/a"::equals, () -> List.of("/a"), (s, id) -> found, MESSAGES_MAX);
    }

    private LineStream keep(LineStream s) {
        streams.add(s);
        return s;
    }

    @AfterEach
    void nothingWasABug() {
        for (LineStream s : streams) assertThat(s.bugs).isEmpty();
    }

    // ---- optimistic: jvm-libp2p lets data wait for the echo

    @Test
    void aLazyProposalIsFollowedByDataBeforeThePeerHasAnswered() {
        LineStream s = lazy("/a");
        app.write(bytes("data"));
        assertThat(s.takeSent()).isEqualTo(concat(messages(HEADER, "/a"), bytes("data")));
        assertThat(s.protocol()).isEqualTo("/a");
        assertThat(app.opens()).isEqualTo(1);
    }

    @Test
    void theAnswerToALazyProposalNeverReachesTheHandlerHoweverItIsCut() {
        byte[] said = concat(messages(HEADER, "/a"), bytes("reply"));
        for (int cut = 0; cut <= said.length; cut++) {
            StreamProbe probe = new StreamProbe();
            LineStream s = keep(LineStream.open(StreamSelect.propose(List.of("/a"), true, MESSAGES_MAX, probe)));
            s.arrive(java.util.Arrays.copyOf(said, cut));
            s.arrive(java.util.Arrays.copyOfRange(said, cut, said.length));
            s.arriveEnd();
            assertThat(probe.received()).as("cut at %d", cut).isEqualTo(bytes("reply"));
            assertThat(probe.peerFinished()).isTrue();
        }
    }

    @Test
    void naToALazyProposalEndsTheStreamAsUnsupported() {
        LineStream s = lazy("/a", "/b");
        s.arrive(messages(HEADER, "na"));
        assertUnsupported(s);
        assertThat(app.closedUnopened()).isFalse();
        assertThat(app.received()).isEmpty();
    }

    @Test
    void garbageInAnswerToALazyProposalEndsTheStreamAsUnsupported() {
        LineStream s = lazy("/a");
        s.arrive(bytes("what is this"));
        assertUnsupported(s);
    }

    @Test
    void aPeerThatFinishesWithoutAnAnswerToALazyProposalSpeaksItNot() {
        LineStream s = lazy("/a");
        s.arriveEnd();
        assertUnsupported(s);
    }

    @Test
    void aPeerThatFinishesInTheMiddleOfItsAnswerDoesNotHoldTheStream() {
        LineStream s = lazy("/a");
        s.arrive(java.util.Arrays.copyOf(messages(HEADER), 7));
        s.arriveEnd();
        assertUnsupported(s);
    }

    @Test
    void aLazyProposalThatDoesNotFitGoesFirstAsRoomComesAndTheHandlerOpensAfterIt() {
        LineStream s = keep(LineStream.open(StreamSelect.propose(List.of("/a"), true, MESSAGES_MAX, app), 5));
        app.write(bytes("data"));
        s.arrive(concat(messages(HEADER, "/a"), bytes("reply")));
        assertThat(app.opens()).isZero();
        for (int i = 0; i < 40; i++) s.moreRoom(1);
        assertThat(s.takeSent()).isEqualTo(concat(messages(HEADER, "/a"), bytes("data")));
        assertThat(app.received()).isEqualTo(bytes("reply"));
    }

    @Test
    void aResetBeforeTheAnswerReachesTheHandlerWithItsCode() {
        LineStream s = lazy("/a");
        s.arriveReset(Codes.RATE_LIMITED);
        assertThat(app.closed()).isEqualTo(CloseReason.of(CloseReason.Kind.PEER_RESET, Codes.RATE_LIMITED, ""));
        assertThat(app.closedUnopened()).isFalse();
    }

    // ---- patient

    @Test
    void aPatientProposalOpensTheHandlerOnceTheIdIsAgreedOn() {
        LineStream s = patient("/b", "/a");
        assertThat(s.takeSent()).isEqualTo(messages(HEADER, "/b"));
        s.arrive(messages(HEADER, "na"));
        assertThat(s.takeSent()).isEqualTo(messages("/a"));
        assertThat(app.opens()).isZero();
        s.arrive(concat(messages("/a"), bytes("first")));
        assertThat(app.opens()).isEqualTo(1);
        assertThat(s.protocol()).isEqualTo("/a");
        assertThat(app.received()).isEqualTo(bytes("first"));
    }

    @Test
    void aPatientProposalThatFailsClosesTheHandlerUnopened() {
        LineStream s = patient("/b", "/c");
        s.arrive(messages(HEADER, "na", "na"));
        assertUnsupported(s);
        assertThat(app.closedUnopened()).isTrue();
        assertThat(app.opens()).isZero();
    }

    @Test
    void aStreamThatDiesDuringAPatientProposalClosesTheHandlerUnopenedWithThatReason() {
        LineStream s = patient("/b", "/c");
        s.arriveReset(Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(app.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(app.closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(app.closedUnopened()).isTrue();
    }

    @Test
    void aPeerThatFinishesOrStopsReadingDuringAPatientProposalSpeaksNone() {
        LineStream s = patient("/b", "/c");
        s.arriveEnd();
        assertUnsupported(s);
        StreamProbe other = new StreamProbe();
        LineStream t = keep(LineStream.open(StreamSelect.propose(List.of("/b"), false, MESSAGES_MAX, other)));
        t.arriveStop(1);
        assertThat(other.closed().kind()).isEqualTo(CloseReason.Kind.UNSUPPORTED);
    }

    @Test
    void aPatientProposalSurvivesRoomForOneByteAtATime() {
        LineStream s = keep(LineStream.open(StreamSelect.propose(List.of("/b", "/a"), false, MESSAGES_MAX, app), 0));
        s.arrive(messages(HEADER, "na"));
        for (int i = 0; i < 60; i++) s.moreRoom(1);
        assertThat(s.takeSent()).isEqualTo(messages(HEADER, "/b", "/a"));
        s.arrive(messages("/a"));
        assertThat(app.opens()).isEqualTo(1);
    }

    // ---- answering

    @Test
    void dataRightBehindAProposalReachesTheHandlerHoweverItIsCut() {
        byte[] said = concat(messages(HEADER, "/x", "/a"), bytes("early"));
        for (int cut = 0; cut <= said.length; cut++) {
            StreamProbe probe = new StreamProbe();
            LineStream s = keep(LineStream.open(answer(probe)));
            s.arrive(java.util.Arrays.copyOf(said, cut));
            s.arrive(java.util.Arrays.copyOfRange(said, cut, said.length));
            s.arriveEnd();
            assertThat(s.takeSent()).as("cut at %d", cut).isEqualTo(messages(HEADER, "na", "/a"));
            assertThat(probe.received()).as("cut at %d", cut).isEqualTo(bytes("early"));
            assertThat(probe.peerFinished()).isTrue();
            assertThat(s.protocol()).isEqualTo("/a");
        }
    }

    @Test
    void theHandlerOpensOnlyWhenTheAnswerHasLeft() {
        LineStream s = keep(LineStream.open(answer(app), 3));
        s.arrive(concat(messages(HEADER, "/a"), bytes("early")));
        s.arriveEnd();
        assertThat(app.opens()).isZero();
        s.moreRoom(100);
        assertThat(app.opens()).isEqualTo(1);
        assertThat(app.received()).isEqualTo(bytes("early"));
        assertThat(app.peerFinished()).isTrue();
        assertThat(s.takeSent()).isEqualTo(messages(HEADER, "/a"));
    }

    @Test
    void aHandlerThatWasFoundHearsTheEndEvenIfTheAnswerNeverLeft() {
        LineStream s = keep(LineStream.open(answer(app), 3));
        s.arrive(messages(HEADER, "/a"));
        s.arriveReset(7);
        assertThat(app.closed().code()).isEqualTo(7);
    }

    @Test
    void aStreamThatIsRefusedIsResetWithTheCodeOfTheRefusal() {
        LineStream s = keep(LineStream.open(StreamSelect.answer("/a"::equals, () -> List.of("/a"), (stream, id) -> {
            throw new Violation("too many of " + id, Codes.RESOURCE_LIMIT_EXCEEDED);
        }, MESSAGES_MAX)));
        s.arrive(messages(HEADER, "/a"));
        assertThat(s.resets).containsExactly(Codes.RESOURCE_LIMIT_EXCEEDED);
    }

    @Test
    void aStreamThatNobodyTakesIsResetAsUnsupported() {
        LineStream s = keep(LineStream.open(answer(null)));
        s.arrive(messages(HEADER, "/a"));
        assertThat(s.resets).containsExactly(Codes.PROTOCOL_NEGOTIATION_FAILED);
    }

    @Test
    void aStreamThatIsHalfClosedBeforeAProposalIsResetQuietly() {
        LineStream s = answering();
        s.arrive(messages(HEADER));
        s.arriveEnd();
        assertThat(s.resets).containsExactly(Codes.NONE);
        assertThat(app.closes()).isEmpty();
    }

    @Test
    void aStreamThatEndsBeforeAProposalIsForgotten() {
        LineStream s = answering();
        s.arriveReset(1);
        assertThat(s.resets).isEmpty();
        assertThat(app.closes()).isEmpty();
    }

    @Test
    void garbageAndFloodsResetTheStream() {
        LineStream s = answering();
        s.arrive(bytes("GET / HTTP/1.1\r\n\r\n"));
        assertThat(s.resets).containsExactly(Codes.PROTOCOL_VIOLATION);
        LineStream t = answering();
        t.arrive(messages(HEADER, "x", "x", "x", "x", "x", "x", "x", "x"));
        assertThat(t.resets).containsExactly(Codes.PROTOCOL_VIOLATION);
    }

    private void assertUnsupported(LineStream s) {
        assertThat(app.closed().kind()).isEqualTo(CloseReason.Kind.UNSUPPORTED);
        assertThat(app.closed().code()).isEqualTo(Codes.PROTOCOL_NEGOTIATION_FAILED);
        assertThat(s.resets).containsExactly(Codes.PROTOCOL_NEGOTIATION_FAILED);
    }
}
