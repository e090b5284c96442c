package libp2p.wired.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.OpenOptions;
import libp2p.core.node.Swarm;
import libp2p.core.wire.noise.Noise;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.Caller;
import libp2p.testkit.RawPeer;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

/** Peers that stall, at each step: they have their time and not a nanosecond more. */
class TimeLimitsTest extends EachLimit {

    private void assertClosedAfter(RawPeer peer, long nanos) {
        world.advance(nanos - 1);
        assertThat(peer.closed()).isFalse();
        world.advance(1);
        assertThat(peer.closed()).isTrue();
    }

    @Test
    @Bounds("selectNanos")
    void aPeerThatSelectsNoSecurityIsClosed() {
        assertClosedAfter(new RawPeer(world, bounded(limits().selectNanos(3 * SECOND))), 3 * SECOND);
    }

    @Test
    @Bounds("selectNanos")
    void aPeerThatSelectsALittleNowAndThenIsClosedAsWell() {
        RawPeer peer = new RawPeer(world, bounded(limits().selectNanos(3 * SECOND)));
        byte[] proposal = RawPeer.proposal();
        for (int i = 0; i < 3; i++) {
            assertThat(peer.closed()).isFalse();
            peer.send(new byte[] {proposal[i]});
            world.advanceSeconds(1);
        }
        assertThat(peer.closed()).isTrue();
    }

    @Test
    @Bounds("securityNanos")
    void aPeerThatShakesNoHandsIsClosed() {
        assertClosedAfter(new RawPeer(world, bounded(limits().securityNanos(3 * SECOND))).send(RawPeer.proposal()), 3 * SECOND);
    }

    @Test
    void aPeerThatStallsBeforeThereIsAConnectionHoldsNoBuffer() {
        Swarm node = bounded(limits());
        RawPeer mute = new RawPeer(world, node);
        RawPeer selected = new RawPeer(world, node).send(RawPeer.proposal());
        RawPeer halfway = new RawPeer(world, node).send(new Buf(80).put(RawPeer.proposal()).put(new byte[] {0, 32, 1, 2, 3}).takeAll());
        assertThat(world.buffersLent()).isZero();
        world.advanceSeconds(11);
        assertThat(List.of(mute.closed(), selected.closed(), halfway.closed())).containsOnly(true);
        assertThat(world.buffersLent()).isZero();
    }

    @Test
    @Bounds("openNanos")
    void aStreamOfThePeersWithoutAProtocolIsResetAndTheConnectionStays() {
        Swarm node = bounded(limits().openNanos(3 * SECOND));
        RawPeer peer = raw(node);
        peer.frame(RawPeer.UPDATE, RawPeer.SYN, 1, 0);
        world.advance(3 * SECOND - 1);
        assertThat(peer.frames()).noneMatch(f -> (f.flags() & RawPeer.RST) != 0);
        world.advance(1);
        assertThat(RawPeer.reset(peer.frames(), 1)).isEqualTo(Codes.PROTOCOL_NEGOTIATION_FAILED);
        assertThat(peer.closed()).isFalse();
    }

    @Test
    @Bounds("openNanos")
    void aStreamOfOursThatIsNotAnsweredEnds() {
        Swarm node = bounded(limits().openNanos(3 * SECOND));
        raw(node);
        Caller ours = new Caller();
        node.connections().get(0).open(List.of("/a", "/b"), OpenOptions.LIMITED, ours);
        world.advance(3 * SECOND - 1);
        assertThat(ours.closed()).isNull();
        world.advance(1);
        assertThat(ours.closed().kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
    }

    @Test
    @Bounds("writeStallNanos")
    void aPeerThatTakesNothingIsClosed() {
        Swarm node = bounded(limits().writeStallNanos(8 * SECOND).keepAliveNanos(1000 * SECOND));
        RawPeer peer = raw(node).deaf(true);
        World.Result<CloseReason> end = new World.Result<>();
        node.connections().get(0).onClose(node.loop(), reason -> end.done(reason, null));
        node.handle("/flood", s -> new Caller().send(new byte[300_000]));
        world.settle();
        byte[] hello = new Buf(64).put(RawPeer.line("/multistream/1.0.0")).put(RawPeer.line("/flood")).takeAll();
        peer.data(RawPeer.SYN, 1, hello).data(RawPeer.SYN, 3, hello);
        world.advance(8 * SECOND - 1);
        assertThat(end.isDone()).isFalse();
        world.advance(8 * SECOND);
        assertThat(end.value().kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        assertThat(end.value().detail()).contains("takes nothing");
    }

    @Test
    @Bounds("readStallNanos")
    void aPeerThatStopsInTheMiddleOfARecordIsClosed() {
        Swarm node = bounded(limits().readStallNanos(4 * SECOND).keepAliveNanos(1000 * SECOND));
        RawPeer peer = raw(node);
        World.Result<CloseReason> end = new World.Result<>();
        node.connections().get(0).onClose(node.loop(), reason -> end.done(reason, null));
        peer.send(Arrays.copyOf(peer.record(new byte[12]), 20));
        world.advance(4 * SECOND - 1);
        assertThat(end.isDone()).isFalse();
        world.advance(4 * SECOND);
        assertThat(end.value().detail()).contains("middle of a record");
        assertThat(peer.closed()).isTrue();
    }

    @Test
    @Bounds({"keepAliveNanos", "keepAliveReplyNanos"})
    void aQuietPeerIsAskedWhetherItLivesAndClosedIfItSaysNothing() {
        Swarm node = bounded(limits().keepAliveNanos(10 * SECOND).keepAliveReplyNanos(4 * SECOND));
        RawPeer peer = raw(node);
        answerPings(peer);
        world.advance(10 * SECOND - 1);
        assertThat(answerPings(peer)).isZero();
        world.advance(1);
        assertThat(answerPings(peer)).isEqualTo(1);
        world.advance(10 * SECOND);
        assertThat(peer.frames()).anyMatch(f -> f.type() == RawPeer.PING);
        assertClosedAfter(peer, 4 * SECOND);
    }

    private static int answerPings(RawPeer peer) {
        int n = 0;
        for (RawPeer.Frame f : peer.frames()) {
            if (f.type() != RawPeer.PING || f.flags() != RawPeer.SYN) continue;
            peer.frame(RawPeer.PING, RawPeer.ACK, 0, f.value());
            n++;
        }
        return n;
    }

    @Test
    @Bounds("dialNanos")
    void aDialThatIsNotAnsweredEnds() {
        Swarm node = bounded(limits().dialNanos(3 * SECOND));
        Multiaddr silent = Multiaddr.of("/memory/silent");
        world.network().silent(silent);
        PeerId peer = reckless().identity().id();
        World.Result<Connection> made = new World.Result<>();
        node.loop().execute(() -> node.connect(peer, List.of(silent), made));
        world.advance(3 * SECOND - 1);
        assertThat(made.isDone()).isFalse();
        world.advance(1);
        assertThat(made.failure().kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
    }

    @Test
    @Bounds("drainNanos")
    void aStreamThatStaysOpenHoldsUpTheEndForItsTimeAndNoLonger() {
        Swarm node = bounded(limits().drainNanos(3 * SECOND));
        Caller stays = open(world.connect(reckless(), node), DEAF, 1).get(0);
        World.Result<String> stopped = new World.Result<>();
        node.loop().execute(() -> node.stop((v, failure) -> stopped.done("stopped", null)));
        world.advance(3 * SECOND - 1);
        assertThat(stays.isOpen()).isTrue();
        assertThat(stopped.isDone()).isFalse();
        world.advance(1);
        assertThat(stays.closed().code()).isEqualTo(Codes.SHUTDOWN);
        assertThat(stopped.isDone()).isTrue();
    }

    /** The handshake of a third is not held up by those who stall. */
    @Test
    void whoStallsHoldsUpNobodyElse() {
        Swarm node = bounded(limits());
        for (int i = 0; i < 20; i++) new RawPeer(world, node).send(RawPeer.proposal());
        RawPeer half = new RawPeer(world, node).secure(Noise.create(crypto, Rng.seeded(1)), reckless());
        half.send(new byte[] {0, 50});
        assertThat(openOf(open(world.connect(reckless(), node), DEAF, 3))).isEqualTo(3);
    }
}
