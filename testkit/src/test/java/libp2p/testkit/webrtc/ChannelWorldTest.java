package libp2p.testkit.webrtc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.Rng;
import libp2p.core.net.Limits;
import libp2p.core.wire.webrtc.ChannelSession;
import libp2p.testkit.StreamProbe;
import org.junit.jupiter.api.Test;

/** Streams over data channels, in virtual time. */
class ChannelWorldTest {
    private static final Limits LIMITS = Limits.DEFAULT.with().streamsUnnegotiatedMax(1000).streamOpeningsPerSecond(10_000).build();

    private static StreamProbe open(ChannelWorld.End end) {
        StreamProbe p = new StreamProbe();
        end.session.open(p);
        return p;
    }

    @Test
    void streamsEchoAndCloseOverANetworkThatLosesAndReorders() {
        for (int seed = 0; seed < 10; seed++) {
            ChannelWorld w = new ChannelWorld(seed, LIMITS);
            w.lost = 50;
            byte[] said = Rng.seeded(seed).bytes(50_000);
            List<StreamProbe> all = new ArrayList<>();
            for (int i = 0; i < 10; i++) all.add(open(i % 2 == 0 ? w.client : w.server).write(said).finish());
            w.until(() -> all.stream().allMatch(p -> !p.closes().isEmpty()));
            for (StreamProbe p : all) {
                assertThat(p.received()).isEqualTo(said);
                assertThat(p.closed()).isEqualTo(CloseReason.FINISHED);
            }
            w.until(() -> !w.client.session.lingers() && !w.server.session.lingers());
            assertThat(w.client.session.streams()).isZero();
            assertThat(w.client.violation).isNull();
        }
    }

    @Test
    void aResetAndItsCodeArriveInSpiteOfWhatWaitsBeforeIt() {
        ChannelWorld w = new ChannelWorld(20, LIMITS);
        StreamProbe near = open(w.client).write(new byte[3_000_000]);
        w.until(() -> w.server.inbound.size() == 1 && near.receivedSize() > 0);
        near.stream().reset(0x12345);
        StreamProbe far = w.server.inbound.get(0);
        w.until(() -> !far.closes().isEmpty());
        assertThat(far.closed()).isEqualTo(CloseReason.of(CloseReason.Kind.PEER_RESET, 0x12345, ""));
        assertThat(near.unwritten()).isPositive();
    }

    @Test
    void channelsAreGivenBackAfterManyStreams() {
        ChannelWorld w = new ChannelWorld(21, LIMITS);
        for (int i = 0; i < 2000; i++) {
            StreamProbe p = open(w.client).write(new byte[] {1}).finish();
            w.until(() -> !p.closes().isEmpty());
            assertThat(p.closed()).isEqualTo(CloseReason.FINISHED);
        }
        w.until(() -> !w.client.session.lingers() && !w.server.session.lingers());
    }

    @Test
    void aMessageOnAChannelThatIsNotOpenIsAViolation() {
        ChannelWorld w = new ChannelWorld(22, LIMITS);
        w.client.sctp.send(6, ChannelSession.BINARY, new byte[] {0});
        w.client.pump();
        w.until(() -> w.server.violation != null);
    }

    @Test
    void aChannelThatIsOpenedTwiceIsAViolation() {
        ChannelWorld w = new ChannelWorld(23, LIMITS);
        byte[] open = new byte[12];
        open[0] = 3;
        w.client.sctp.send(6, ChannelSession.CONTROL, open);
        w.client.sctp.send(6, ChannelSession.CONTROL, open);
        w.client.pump();
        w.until(() -> w.server.violation != null);
    }

    @Test
    void moreChannelsThanABoundAreAViolation() {
        ChannelWorld w = new ChannelWorld(24, Limits.DEFAULT);
        byte[] open = new byte[12];
        open[0] = 3;
        w.client.raw = true;
        for (int i = 0; i < 30_000; i++) w.client.sctp.send(2 * i + 2, ChannelSession.CONTROL, open);
        w.client.pump();
        w.until(() -> w.server.violation != null);
    }

    @Test
    void whoReadsNothingHoldsUpTheSenderAndIsResetLikeAnyOther() {
        ChannelWorld w = new ChannelWorld(25, LIMITS);
        StreamProbe near = open(w.client).write(new byte[] {1});
        w.until(() -> w.server.inbound.size() == 1);
        w.server.inbound.get(0).pause();
        near.write(new byte[5_000_000]);
        w.until(() -> near.unwritten() > 0 && near.unwritten() < 4_900_000);
        int before = near.unwritten();
        w.loop.advance(30_000 * ChannelWorld.MILLI);
        assertThat(near.unwritten()).isGreaterThan(before - 2_000_000);
        near.stream().reset(7);
        w.until(() -> !w.server.inbound.get(0).closes().isEmpty());
    }
}
