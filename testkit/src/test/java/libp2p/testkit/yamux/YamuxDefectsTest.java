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
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.net.Limits;
import libp2p.testkit.StreamProbe;
import libp2p.testkit.yamux.RawYamux.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a deployed Yamux gets wrong, and ours does not: docs/defects.md. */
class YamuxDefectsTest {

    @ParameterizedTest
    @ValueSource(ints = {SYN | FIN, SYN | RST, SYN | ACK})
    void combinedFlagsOnAStreamOfThePeersDoNotCloseTheConnection(int flags) {
        for (int type : new int[] {DATA, UPDATE}) {
            RawYamux peer = new RawYamux();
            peer.feed(type, flags, 1, 0);
            assertThat(peer.end.violation()).isNull();
            peer.feedData(SYN, 3, new byte[] {1});
            assertThat(peer.accepted.get(peer.accepted.size() - 1).received()).containsExactly(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {ACK | FIN, ACK | RST, FIN | RST, ACK | FIN | RST})
    void combinedFlagsOnAStreamOfOursDoNotCloseTheConnection(int flags) {
        for (int type : new int[] {DATA, UPDATE}) {
            RawYamux peer = new RawYamux();
            StreamProbe p = peer.end.open(new StreamProbe());
            peer.feed(type, flags, 2, 0);
            assertThat(peer.end.violation()).isNull();
            assertThat(p.peerFinished() || !p.closes().isEmpty()).isTrue();
        }
    }

    @Test
    void theEndIsNotSentAgainAfterWindowUpdates() {
        RawYamux peer = new RawYamux();
        StreamProbe p = peer.end.open(new StreamProbe());
        peer.loop.run(p::finish);
        for (int i = 0; i < 5; i++) peer.feed(UPDATE, 0, 2, 1000);
        assertThat(peer.frames().stream().filter(f -> f.is(DATA, FIN, 2))).hasSize(1);
    }

    @Test
    void aFrameLargerThanTheWindowIsNotTaken() {
        RawYamux peer = new RawYamux();
        peer.feed(DATA, SYN, 1, 1024 * 1024);
        assertThat(peer.end.violation()).isNotNull();
    }

    @Test
    void noCreditIsGivenForWhatTheApplicationHasNotRead() {
        RawYamux peer = new RawYamux(Limits.DEFAULT, StreamProbe::idle);
        peer.feedData(SYN, 1, new byte[WINDOW]);
        peer.loop.advance(60_000_000L);
        assertThat(peer.frames()).noneMatch(f -> f.type() == UPDATE && f.length() > 0);
    }

    @Test
    void oneUpdateOfTheLargestSignedNumberDoesNotStallAStream() {
        RawYamux peer = new RawYamux();
        StreamProbe p = peer.end.open(new StreamProbe());
        peer.feed(UPDATE, 0, 2, 0x7fffffff);
        peer.loop.run(() -> p.write(new byte[3 * WINDOW]));
        assertThat(p.unwritten()).isZero();
    }

    @Test
    void updatesThatWouldWrapTheWindowCloseTheConnection() {
        RawYamux peer = new RawYamux();
        peer.end.open(new StreamProbe());
        peer.feed(UPDATE, 0, 2, 0x7fffffff);
        assertThat(peer.end.violation()).isNull();
        peer.feed(UPDATE, 0, 2, 0x7fffffff);
        assertThat(peer.end.violation()).isNotNull();
    }

    @Test
    void theVersionIsChecked() {
        RawYamux peer = new RawYamux();
        peer.end.feed(new byte[] {1, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
        assertThat(peer.end.violation()).isNotNull();
    }

    @Test
    void aFarewellStopsNewStreams() {
        RawYamux peer = new RawYamux();
        peer.feed(UPDATE, SYN, 1, 0);
        peer.feed(GOAWAY, 0, 0, 0);
        peer.frames();
        assertThat(peer.end.open(new StreamProbe()).closed().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
        assertThat(peer.frames()).isEmpty();
    }

    @Test
    void aQuietConnectionIsPinged() {
        RawYamux peer = new RawYamux();
        peer.feed(PING, ACK, 0, 1);
        peer.loop.advance(Limits.DEFAULT.keepAliveNanos());
        assertThat(peer.frames()).anyMatch(f -> f.type() == PING && f.flags() == SYN);
    }

    @Test
    void framesOfOneTurnLeaveInOneRecord() {
        RawYamux peer = new RawYamux();
        peer.end.stall(true);
        for (int i = 0; i < 50; i++) peer.end.open(new StreamProbe().write(new byte[20]));
        int before = peer.end.records();
        peer.end.stall(false);
        assertThat(peer.frames()).hasSizeGreaterThanOrEqualTo(100); // an opening and data of each
        assertThat(peer.end.records() - before).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"0, 4", "1, 4", "0, 8", "1, 8"})
    void aFrameForAStreamThatJustEndedClosesNothing(int type, int flags) {
        RawYamux peer = new RawYamux(Limits.DEFAULT, StreamProbe::echo);
        peer.feedData(SYN | FIN, 1, new byte[] {1});
        assertThat(peer.accepted.get(0).closed()).isEqualTo(CloseReason.FINISHED);
        peer.feed(type, flags, 1, 0);
        assertThat(peer.end.violation()).isNull();
    }

    @Test
    void aWriterThatOutrunsThePeerIsHeldAndBuffersNothing() {
        RawYamux peer = new RawYamux();
        peer.end.stall(true);
        StreamProbe p = peer.end.open(new StreamProbe().write(new byte[10_000_000]));
        assertThat(p.unwritten()).isGreaterThan(10_000_000 - 128 * 1024);
        assertThat(peer.end.workspace.lent()).isEqualTo(1);
    }

    @Test
    void dataIsSentInTheOrderItWasWrittenAndAllBeforeTheEnd() {
        RawYamux peer = new RawYamux();
        byte[] all = new byte[200_000];
        for (int i = 0; i < all.length; i++) all[i] = (byte) (i / 251);
        peer.end.open(new StreamProbe().write(all).finish());
        List<Frame> frames = peer.frames();
        Buf got = new Buf(all.length);
        for (Frame f : frames) got.put(f.body());
        assertThat(got.takeAll()).isEqualTo(all);
        assertThat(frames.get(frames.size() - 1)).isEqualTo(Frame.of(DATA, FIN, 2, 0));
    }
}
