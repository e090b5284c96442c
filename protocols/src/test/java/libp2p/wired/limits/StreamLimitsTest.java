package libp2p.wired.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Codes;
import libp2p.core.net.Connection;
import libp2p.core.node.Swarm;
import libp2p.core.wire.mplex.Mplex;
import libp2p.testkit.Caller;
import libp2p.testkit.RawPeer;
import org.junit.jupiter.api.Test;

class StreamLimitsTest extends EachLimit {
    private static final String OTHER = "/other";

    /** All but {@code most} are refused, with the code; and when one ends there is room for one. */
    private void assertBound(List<Caller> callers, int most, Connection c) {
        assertThat(openOf(callers)).isEqualTo(most);
        for (Caller x : callers) if (!x.isOpen()) assertThat(x.closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        callers.stream().filter(Caller::isOpen).findFirst().orElseThrow().reset(0);
        world.settle();
        assertThat(openOf(open(c, DEAF, 2))).isEqualTo(1);
    }

    @Test
    @Bounds("streamsInboundMax")
    void oneStreamOfAllPeersTooManyIsResetWithTheCode() {
        Swarm node = bounded(limits().streamsInboundMax(3));
        assertThat(openOf(open(world.connect(reckless(), node), DEAF, 2))).isEqualTo(2);
        Connection second = world.connect(reckless(), node);
        assertBound(open(second, DEAF, 2), 1, second);
    }

    @Test
    @Bounds("streamsInboundPerPeerMax")
    void oneStreamOfAPeerTooManyIsResetWithTheCodeWhateverItsConnection() {
        Swarm node = bounded(limits().streamsInboundPerPeerMax(3));
        Swarm peer = reckless();
        assertThat(openOf(open(world.connect(peer, node), DEAF, 2))).isEqualTo(2);
        Connection second = world.connect(peer, node);
        assertBound(open(second, DEAF, 2), 1, second);
        assertThat(openOf(open(world.connect(reckless(), node), DEAF, 3))).isEqualTo(3);
    }

    @Test
    @Bounds("streamsInboundPerConnectionMax")
    void oneStreamOfAConnectionTooManyIsResetWithTheCode() {
        Swarm node = bounded(limits().streamsInboundPerConnectionMax(3));
        Swarm peer = reckless();
        Connection c = world.connect(peer, node);
        assertBound(open(c, DEAF, 4), 3, c);
        assertThat(openOf(open(world.connect(peer, node), DEAF, 3))).isEqualTo(3);
    }

    @Test
    @Bounds("streamsInboundPerProtocolMax")
    void oneStreamOfAProtocolTooManyIsResetWithTheCode() {
        Swarm node = bounded(limits().streamsInboundPerProtocolMax(3));
        node.handle(OTHER, s -> new Caller());
        Connection c = world.connect(reckless(), node);
        List<Caller> four = open(c, DEAF, 4);
        assertThat(openOf(open(c, OTHER, 1))).isEqualTo(1);
        assertBound(four, 3, c);
    }

    @Test
    @Bounds("streamOpeningsPerSecond")
    void openingsBeyondTheRateAreResetWithTheCode() {
        Swarm node = bounded(limits().streamOpeningsPerSecond(5));
        Connection c = world.connect(reckless(), node);
        List<Caller> burst = open(c, DEAF, 11);
        assertThat(openOf(burst)).isEqualTo(10);
        assertThat(burst.get(10).closed().code()).isEqualTo(Codes.RATE_LIMITED);
        world.advanceSeconds(1);
        assertThat(openOf(open(c, DEAF, 6))).isEqualTo(5);
    }

    @Test
    @Bounds("streamsUnnegotiatedMax")
    void oneStreamWithoutAProtocolTooManyIsResetWithTheCode() {
        RawPeer peer = raw(bounded(limits().streamsUnnegotiatedMax(3)));
        for (int id = 1; id <= 7; id += 2) peer.frame(RawPeer.UPDATE, RawPeer.SYN, id, 0);
        List<RawPeer.Frame> frames = peer.frames();
        assertThat(RawPeer.reset(frames, 7)).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(frames).noneMatch(f -> f.id() == 5 && (f.flags() & RawPeer.RST) != 0);
    }

    @Test
    @Bounds("streamsUnnegotiatedMax")
    void oursWaitWhileThePeerAcknowledgesNone() {
        Swarm node = bounded(limits().streamsUnnegotiatedMax(3));
        RawPeer peer = raw(node);
        Connection c = node.connections().get(0);
        for (int i = 0; i < 4; i++) world.open(c, "/" + i);
        world.settle();
        List<RawPeer.Frame> frames = peer.frames();
        assertThat(frames.stream().filter(f -> (f.flags() & RawPeer.SYN) != 0 && f.type() == RawPeer.UPDATE).count()).isEqualTo(3);
        peer.frame(RawPeer.UPDATE, RawPeer.ACK, 2, 0);
        assertThat(peer.frames()).anyMatch(f -> f.id() == 8 && (f.flags() & RawPeer.SYN) != 0);
    }

    @Test
    @Bounds("negotiationMessagesMax")
    void oneProposalTooManyEndsTheStreamWithTheCode() {
        RawPeer peer = raw(bounded(limits().negotiationMessagesMax(4)));
        peer.data(RawPeer.SYN, 1, RawPeer.line("/multistream/1.0.0"));
        for (int i = 0; i < 3; i++) peer.data(0, 1, RawPeer.line("/unknown" + i));
        assertThat(peer.frames()).noneMatch(f -> (f.flags() & RawPeer.RST) != 0);
        peer.data(0, 1, RawPeer.line("/unknown"));
        assertThat(RawPeer.reset(peer.frames(), 1)).isEqualTo(Codes.PROTOCOL_VIOLATION);
        assertThat(peer.closed()).isFalse();
    }

    // ---- ours

    /** So many are open and the rest wait; the next has its turn when one ends. */
    private void assertTurns(Swarm node, String... ids) {
        Swarm peer = bounded(limits());
        peer.handle(OTHER, s -> new Caller());
        Connection c = world.connect(node, peer);
        List<Caller> ours = new ArrayList<>();
        for (String id : ids) ours.add(world.open(c, id));
        world.settle();
        assertThat(openOf(ours)).isEqualTo(2);
        assertThat(ours.get(2).closed()).isNull();
        ours.get(0).reset(0);
        world.settle();
        assertThat(ours.get(2).isOpen()).isTrue();
    }

    @Test
    @Bounds("streamsOutboundPerProtocolMax")
    void oneStreamOfOursOfAProtocolTooManyWaitsItsTurn() {
        assertTurns(bounded(limits().streamsOutboundPerProtocolMax(2)), DEAF, DEAF, DEAF);
    }

    @Test
    @Bounds("streamsOutboundPerConnectionMax")
    void oneStreamOfOursOfAConnectionTooManyWaitsItsTurn() {
        assertTurns(bounded(limits().streamsOutboundPerConnectionMax(2)), DEAF, OTHER, DEAF);
    }

    @Test
    @Bounds("streamsOutboundMax")
    void oneStreamOfOursTooManyWaitsItsTurnOrIsRefusedWhereNoneIsOpen() {
        Swarm node = bounded(limits().streamsOutboundMax(2));
        assertTurns(node, DEAF, DEAF, DEAF);
        Connection other = world.connect(node, bounded(limits()));
        Caller refused = open(other, DEAF, 1).get(0);
        assertThat(refused.closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
    }

    @Test
    @Bounds("streamsWaitingMax")
    void oneOpeningTooManyThatWouldWaitIsRefused() {
        Swarm node = bounded(limits().streamsOutboundPerProtocolMax(1).streamsWaitingMax(2));
        List<Caller> ours = open(world.connect(node, bounded(limits())), DEAF, 4);
        assertThat(openOf(ours)).isEqualTo(1);
        assertThat(ours.get(1).closed()).isNull();
        assertThat(ours.get(2).closed()).isNull();
        assertThat(ours.get(3).closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
    }

    @Test
    @Bounds("mplexOpeningsPerSecond")
    void oneMplexStreamOfOursASecondTooManyWaits() {
        world.wired(new Mplex());
        Swarm node = bounded(limits().mplexOpeningsPerSecond(2));
        List<Caller> ours = open(world.connect(node, bounded(limits())), DEAF, 3);
        assertThat(openOf(ours)).isEqualTo(2);
        world.advanceSeconds(2);
        assertThat(openOf(ours)).isEqualTo(3);
    }
}
