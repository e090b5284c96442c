package libp2p.testkit.yamux;

import static libp2p.testkit.yamux.RawYamux.ACK;
import static libp2p.testkit.yamux.RawYamux.DATA;
import static libp2p.testkit.yamux.RawYamux.FIN;
import static libp2p.testkit.yamux.RawYamux.GOAWAY;
import static libp2p.testkit.yamux.RawYamux.PING;
import static libp2p.testkit.yamux.RawYamux.RST;
import static libp2p.testkit.yamux.RawYamux.SYN;
import static libp2p.testkit.yamux.RawYamux.UPDATE;
import static libp2p.testkit.yamux.RawYamux.WINDOW;
import static libp2p.testkit.yamux.RawYamux.data;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of Yamux, as a peer sees them. */
class YamuxFramesTest {

    private static String hex(byte[] bytes) {
        StringBuilder s = new StringBuilder();
        for (byte b : bytes) s.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
        return s.toString();
    }

    @Test
    void theWholeLifeOfAStreamOfOursByteForByte() {
        TestLoop loop = TestLoop.alone();
        MuxEnd end = new MuxEnd(new Yamux(), loop, true, Limits.DEFAULT, s -> new StreamProbe());
        assertThat(hex(end.takeSent())).isEqualTo("000200010000000000000001"); // ping, SYN, value 1
        StreamProbe p = end.open(new StreamProbe());
        assertThat(hex(end.takeSent())).isEqualTo("000100010000000100000000"); // window update, SYN, stream 1, nothing beyond 256 KiB
        loop.run(() -> p.write(new byte[] {0x61, 0x62, 0x63}));
        assertThat(hex(end.takeSent())).isEqualTo("000000000000000100000003" + "616263");
        loop.run(p::finish);
        assertThat(hex(end.takeSent())).isEqualTo("000000040000000100000000"); // data, FIN
        StreamProbe q = end.open(new StreamProbe());
        assertThat(hex(end.takeSent())).isEqualTo("000100010000000300000000"); // stream 3
        loop.run(() -> q.stream().reset(0x1001));
        assertThat(hex(end.takeSent())).isEqualTo("000100080000000300001001"); // window update, RST, the code as length
        end.close(CloseReason.of(CloseReason.Kind.CANCELLED, Codes.SHUTDOWN, ""));
        assertThat(hex(end.takeSent())).isEqualTo("000300000000000000001006"); // go away, the code as length
    }

    @Test
    void aListenersStreamsAreEven() {
        RawYamux peer = new RawYamux();
        peer.end.open(new StreamProbe());
        peer.end.open(new StreamProbe());
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, SYN, 2, 0), Frame.of(UPDATE, SYN, 4, 0));
    }

    @Test
    void aStreamOfThePeersIsAcknowledgedAtOnce() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        assertThat(peer.frames()).containsExactly(Frame.of(UPDATE, ACK, 1, 0));
    }

    @Test
    void aStreamMayOpenWithData() {
        RawYamux peer = new RawYamux();
        peer.feedData(SYN, 1, new byte[] {1, 2, 3});
        assertThat(peer.accepted.get(0).received()).containsExactly(1, 2, 3);
    }

    @Test
    void everyFrameCarriesAtMostOneFlag() {
        RawYamux peer = new RawYamux(Limits.DEFAULT, p -> p.echo().finish());
        peer.feedData(SYN | FIN, 1, new byte[100]);
        StreamProbe p = peer.end.open(new StreamProbe().write(new byte[10]).finish());
        peer.loop.run(() -> p.stream().reset(0));
        assertThat(peer.frames()).isNotEmpty().allSatisfy(f -> assertThat(Integer.bitCount(f.flags())).isLessThanOrEqualTo(1));
    }

    @Test
    void endIsSentOnce() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        StreamProbe p = peer.accepted.get(0);
        peer.loop.run(() -> {
            p.finish();
            p.finish();
            p.stream().finish();
        });
        peer.feed(UPDATE, 0, 1, 1000);
        peer.feed(UPDATE, 0, 1, 1000);
        assertThat(peer.frames().stream().filter(f -> (f.flags() & FIN) != 0)).hasSize(1);
    }

    @Test
    void framesOfNoLengthMeanNothing() {
        RawYamux peer = new RawYamux();
        peer.feedData(SYN, 1, new byte[0]);
        peer.feedData(0, 1, new byte[0]);
        peer.feed(UPDATE, 0, 1, 0);
        peer.feedData(0, 1, new byte[] {7});
        assertThat(peer.accepted.get(0).received()).containsExactly(7);
        assertThat(peer.end.violation()).isNull();
    }

    @Test
    void openAndEndInOneFrame() {
        RawYamux peer = new RawYamux();
        peer.feedData(SYN | FIN, 1, new byte[] {5});
        assertThat(peer.accepted.get(0).received()).containsExactly(5);
        assertThat(peer.accepted.get(0).peerFinished()).isTrue();
    }

    @Test
    void acknowledgeAndEndInOneFrame() {
        RawYamux peer = new RawYamux();
        StreamProbe p = peer.end.open(new StreamProbe());
        peer.feed(UPDATE, ACK | FIN, 2, 0);
        assertThat(p.peerFinished()).isTrue();
        assertThat(p.closes()).isEmpty();
    }

    @Test
    void openAndResetInOneFrameLeavesNothing() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN | RST, 1, 0);
        assertThat(peer.accepted).isEmpty();
        assertThat(peer.end.session().streams()).isZero();
        assertThat(peer.frames()).isEmpty();
        assertThat(peer.end.violation()).isNull();
    }

    @Test
    void resetWithDataSkipsTheData() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        peer.end.feed(new Buf(100).put(data(RST, 1, new byte[20])).put(frame(UPDATE, SYN, 3, 0)).takeAll());
        assertThat(peer.accepted.get(0).closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(peer.accepted.get(0).receivedSize()).isZero();
        assertThat(peer.accepted).hasSize(2);
    }

    @Test
    void anEndThatIsRepeatedIsIgnored() {
        RawYamux peer = new RawYamux();
        peer.feedData(SYN | FIN, 1, new byte[0]);
        peer.feedData(FIN, 1, new byte[0]);
        peer.feed(UPDATE, FIN, 1, 5);
        assertThat(peer.end.violation()).isNull();
        assertThat(peer.accepted.get(0).closes()).isEmpty();
    }

    @Test
    void dataAfterTheEndResetsThatStreamOnly() {
        RawYamux peer = new RawYamux();
        peer.feedData(SYN | FIN, 1, new byte[0]);
        peer.frames();
        peer.feedData(0, 1, new byte[3]);
        assertThat(peer.reset(1).length()).isEqualTo((int) Codes.PROTOCOL_VIOLATION);
        assertThat(peer.end.violation()).isNull();
    }

    @Test
    void aResetTellsItsCode() {
        RawYamux peer = new RawYamux();
        StreamProbe p = peer.end.open(new StreamProbe());
        peer.feed(UPDATE, RST, 2, 0xfffffff0);
        assertThat(p.closed().code()).isEqualTo(0xfffffff0L);
    }

    @Test
    void aPeerWithThreadsMayOpenOutOfOrder() {
        RawYamux peer = new RawYamux();
        for (int id : new int[] {5, 1, 9, 3, 7, 511, 11}) peer.feed(UPDATE, SYN, id, 0);
        assertThat(peer.accepted).hasSize(7);
    }

    @Test
    void framesThatWereOnTheirWayWhenAStreamWasResetAreIgnored() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        peer.loop.run(() -> peer.accepted.get(0).stream().reset(0));
        for (int i = 0; i < WINDOW / 1024; i++) peer.feedData(0, 1, new byte[1024]);
        peer.feed(UPDATE, 0, 1, 77);
        peer.feedData(FIN, 1, new byte[0]);
        peer.feed(UPDATE, RST, 1, 0);
        assertThat(peer.end.violation()).isNull();
    }

    @Test
    void aPeerThatSendsForAStreamThatIsGoneBeyondItsWindowIsCutOff() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        peer.loop.run(() -> peer.accepted.get(0).stream().reset(0));
        peer.feedData(0, 1, new byte[WINDOW]);
        peer.feedData(0, 1, new byte[1]);
        assertThat(peer.end.violation()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "version, 01000000 00000001 00000000",
        "version of 255, ff020001 00000000 00000000",
        "type 4, 00040000 00000001 00000000",
        "type 255, 00ff0000 00000000 00000000",
        "data for stream 0, 00000000 00000000 00000001",
        "update for stream 0, 00010000 00000000 00000001",
        "opening stream 0, 00010001 00000000 00000000",
        "opening an even stream as the client, 00010001 00000002 00000000",
        "data for a stream never opened, 00000000 00000001 00000000",
        "update for a stream never opened, 00010000 00000063 00000001",
        "reset of a stream never opened, 00010008 00000063 00000000",
        "data for a stream of ours never opened, 00000000 00000002 00000000",
        "update for a stream of ours never opened, 00010000 00000008 00000001",
        "data of 2^31, 00000001 00000001 80000000",
        "data of 2^32-1, 00000001 00000001 ffffffff",
        "data beyond the window, 00000001 00000001 00040001",
    })
    void eachBreachClosesTheConnectionWithACode(String what, String header) {
        for (int cut : new int[] {1, 5, 100}) {
            RawYamux peer = new RawYamux();
            peer.end.cut(cut);
            StreamProbe bystander = peer.end.open(new StreamProbe());
            if (header.contains(" 00000002 ") && header.startsWith("00000000")) bystander = null;
            Buf b = new Buf(12);
            for (String word : header.split(" ")) b.putI32((int) Long.parseLong(word, 16));
            if (bystander == null) {
                peer = new RawYamux();
                peer.end.cut(cut);
            }
            peer.frames();
            peer.end.feed(b.takeAll());
            assertThat(peer.end.violation()).as(what).isNotNull();
            assertThat(peer.frames()).as(what).contains(Frame.of(GOAWAY, 0, 0, (int) Codes.PROTOCOL_VIOLATION));
            if (bystander != null) assertThat(bystander.closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
            assertThat(peer.end.workspace.lent()).isZero();
        }
    }

    @Test
    void openingAStreamTwiceIsABreach() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        peer.feed(UPDATE, SYN, 1, 0);
        assertThat(peer.end.violation()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 1001})
    void usingANumberAgainIsABreach(int highest) {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        peer.feed(UPDATE, RST, 1, 0);
        peer.feed(UPDATE, SYN, highest, 0);
        assertThat(peer.end.violation()).isNull();
        peer.feed(UPDATE, SYN, 1, 0);
        assertThat(peer.end.violation()).isNotNull();
    }

    @Test
    void nothingIsAllocatedForALengthThatIsOnlyAnnounced() {
        RawYamux peer = new RawYamux();
        peer.end.feed(frame(DATA, SYN, 1, WINDOW));
        assertThat(peer.end.violation()).isNull();
        assertThat(peer.end.workspace.lent()).isZero();
        assertThat(peer.accepted.get(0).receivedSize()).isZero();
    }

    @Test
    void aConversationCutAtEveryByteIsTheSame() {
        Buf talk = new Buf(4096);
        talk.put(frame(PING, SYN, 0, 0xabcdef01));
        talk.put(data(SYN, 1, new byte[] {1, 2, 3}));
        talk.put(frame(UPDATE, SYN, 3, 5000));
        talk.put(data(FIN, 1, new byte[] {4}));
        talk.put(frame(UPDATE, RST, 3, 9));
        talk.put(frame(GOAWAY, 0, 0, 2));
        byte[] bytes = talk.takeAll();
        List<List<Frame>> answers = new ArrayList<>();
        for (int at = 0; at <= bytes.length; at++) {
            RawYamux peer = new RawYamux();
            peer.end.feed(java.util.Arrays.copyOf(bytes, at));
            peer.end.feed(java.util.Arrays.copyOfRange(bytes, at, bytes.length));
            assertThat(peer.accepted.get(0).received()).containsExactly(1, 2, 3, 4);
            assertThat(peer.accepted.get(1).closed().code()).isEqualTo(9);
            answers.add(peer.frames());
        }
        assertThat(answers.stream().distinct()).hasSize(1);
        assertThat(answers.get(0)).contains(Frame.of(PING, ACK, 0, 0xabcdef01));
    }
}
