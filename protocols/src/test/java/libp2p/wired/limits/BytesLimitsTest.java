package libp2p.wired.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Swarm;
import libp2p.core.wire.mplex.Mplex;
import libp2p.multiformats.Nullable;
import libp2p.testkit.Caller;
import libp2p.testkit.RawPeer;
import org.junit.jupiter.api.Test;

class BytesLimitsTest extends EachLimit {
    private static final int WINDOW = 256 * 1024;
    private static final String SINK = "/sink";

    /** A stream of the raw peer's that the node takes and does not read. */
    private static void open(RawPeer peer, int id, String protocol) {
        byte[] hello = new Buf(64).put(RawPeer.line("/multistream/1.0.0")).put(RawPeer.line(protocol)).takeAll();
        peer.data(RawPeer.SYN, id, hello);
        peer.frames();
    }

    private static int helloOf(String protocol) {
        return RawPeer.line("/multistream/1.0.0").length + RawPeer.line(protocol).length;
    }

    @Test
    @Bounds("windowInitial")
    void oneByteBeyondTheWindowEndsTheConnectionWithTheCode() {
        Swarm node = bounded(limits());
        Connection other = world.connect(reckless(), node);
        RawPeer peer = raw(node);
        open(peer, 1, DEAF);
        peer.data(0, 1, new byte[WINDOW - helloOf(DEAF)]);
        assertThat(peer.frames()).noneMatch(f -> f.type() == RawPeer.GOAWAY);
        peer.data(0, 1, new byte[1]);
        assertThat(RawPeer.goAway(peer.frames())).isEqualTo(Codes.PROTOCOL_VIOLATION);
        assertThat(peer.closed()).isTrue();
        assertThat(openOf(open(other, DEAF, 1))).isEqualTo(1);
    }

    @Test
    @Bounds("windowInitial")
    void anAnnouncedLengthBeyondTheWindowEndsTheConnectionBeforeItsBytesCome() {
        for (long length : new long[] {WINDOW + 1, 1L << 31, 0xffffffffL}) {
            RawPeer peer = raw(bounded(limits()));
            open(peer, 1, DEAF);
            peer.frame(RawPeer.DATA, 0, 1, length);
            assertThat(RawPeer.goAway(peer.frames())).isEqualTo(Codes.PROTOCOL_VIOLATION);
        }
    }

    @Test
    @Bounds("windowMax")
    void theWindowGrowsToItsBoundAndNotBeyond() {
        int max = 2 * WINDOW;
        Swarm node = bounded(limits().windowMax(max));
        node.handle(SINK, s -> new Sink());
        RawPeer peer = raw(node);
        world.advance(20_000_000); // the round trip that the first ping measures
        peer.frame(RawPeer.PING, RawPeer.ACK, 0,
                peer.frames().stream().filter(f -> f.type() == RawPeer.PING).findFirst().orElseThrow().value());
        open(peer, 1, SINK);
        long credit = WINDOW - helloOf(SINK);
        long most = 0;
        for (int i = 0; i < 200; i++) {
            long sent = Math.min(credit, 128 * 1024);
            if (sent > 0) peer.data(0, 1, new byte[(int) sent]);
            credit -= sent;
            world.advance(1_000_000);
            for (RawPeer.Frame f : peer.frames()) {
                if (f.type() == RawPeer.PING && f.flags() == RawPeer.SYN) peer.frame(RawPeer.PING, RawPeer.ACK, 0, f.value());
                if (f.type() == RawPeer.UPDATE && f.id() == 1) credit += f.value();
            }
            most = Math.max(most, credit);
        }
        assertThat(most).isBetween((long) WINDOW + 1, (long) max);
    }

    @Test
    @Bounds("bytesUnreadPerConnectionMax")
    void oneByteUnreadOnAConnectionTooManyResetsTheStreamThatHoldsMost() {
        RawPeer peer = raw(bounded(limits().bytesUnreadPerConnectionMax(200_000)));
        open(peer, 1, DEAF);
        open(peer, 3, DEAF);
        peer.data(0, 1, new byte[50_000]);
        peer.data(0, 3, new byte[150_000]);
        assertThat(peer.frames()).noneMatch(f -> (f.flags() & RawPeer.RST) != 0);
        peer.data(0, 1, new byte[1]);
        List<RawPeer.Frame> frames = peer.frames();
        assertThat(RawPeer.reset(frames, 3)).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(peer.closed()).isFalse();
    }

    @Test
    @Bounds("bytesMax")
    void oneByteOfAllPeersTooManyResetsAStream() {
        Swarm node = bounded(limits().bytesMax(100_000));
        RawPeer first = raw(node);
        RawPeer second = raw(node);
        open(first, 1, DEAF);
        open(second, 1, DEAF);
        first.data(0, 1, new byte[60_000]);
        second.data(0, 1, new byte[40_000]);
        assertThat(second.frames()).noneMatch(f -> (f.flags() & RawPeer.RST) != 0);
        second.data(0, 1, new byte[1]);
        assertThat(RawPeer.reset(second.frames(), 1)).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(first.frames()).noneMatch(f -> (f.flags() & RawPeer.RST) != 0);
    }

    @Test
    @Bounds("mplexBufferMax")
    void oneByteTooManyForAnMplexStreamThatNobodyReadsResetsIt() {
        world.wired(new Mplex());
        Swarm node = bounded(limits().mplexBufferMax(10_000));
        Connection c = world.connect(reckless(), node);
        List<Caller> two = open(c, DEAF, 2);
        two.get(0).send(new byte[10_001]);
        world.settle();
        two.get(1).send(new byte[100]);
        world.settle();
        assertThat(openOf(two)).isEqualTo(2); // the whole connection waits, as there are no windows, but not for ever
        world.advanceSeconds(60);
        assertThat(two.get(0).closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET); // mplex carries no codes
        assertThat(two.get(1).isOpen()).isTrue();
        assertThat(deaf.get(0).closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
    }

    /** Takes all. */
    private static final class Sink implements StreamHandler {
        @Override
        public void onOpen(Stream s) {
            // There is nothing to say.
        }

        @Override
        public void onData(Stream s, Buf data) {
            data.skip(data.size());
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }

        @Override
        public void onClose(@Nullable Stream s, CloseReason reason) {
            // There is nothing to keep.
        }
    }
}
