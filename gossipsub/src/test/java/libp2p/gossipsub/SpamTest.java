package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Codes;
import libp2p.core.identity.PeerId;
import org.junit.jupiter.api.Test;

/** go-libp2p-pubsub's spam tests, by their names (the Gossipsub of each left out). */
class SpamTest {
    private static final String T = Net.T;

    private final Net net = new Net();

    private static MessageId id(int n) {
        return MessageId.of(new byte[] {(byte) n, (byte) (n >> 8), (byte) (n >> 16)});
    }

    private static List<MessageId> ids(int from, int n) {
        List<MessageId> ids = new ArrayList<>();
        for (int i = 0; i < n; i++) ids.add(id(from + i));
        return ids;
    }

    @Test
    void attackSpamIWANT() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        PublishResult r = m.publish(T, "wanted");
        assertThat(p.messages).hasSize(1);
        for (int i = 0; i < 100; i++) p.say(p.rpc().iwant(List.of(r.id())));
        assertThat(p.messages).hasSize(1 + GossipLimits.DEFAULT.iwantRepeatMax());
    }

    @Test
    void attackSpamIHAVE() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        GossipLimits l = GossipLimits.DEFAULT;
        for (int i = 0; i < 3 * l.ihaveIdsMax(); i += 1000) p.say(p.rpc().ihave(T, ids(i, 1000)));
        assertThat(p.iwants()).hasSize(l.ihaveIdsMax());
        assertThat(m.score(p.id())).isZero();
        net.beats(1);
        // small ones, many of them
        int before = p.iwants().size();
        for (int i = 0; i < 3 * l.ihavesPerBeatMax(); i++) p.say(p.rpc().ihave(T, ids(100_000 + i, 1)));
        assertThat(p.iwants()).hasSize(before + l.ihavesPerBeatMax());
        // and what it said to have, it never sends
        m.run(() -> m.router().state.scores.params(ScoreParams.DEFAULT.behaviour(-1, 0, 0.9)));
        net.beats(5);
        assertThat(m.score(p.id())).isNegative();
    }

    @Test
    void attackGRAFTNonExistentTopic() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        for (int i = 0; i < 50; i++) p.graft("topic that nobody knows " + i);
        assertThat(p.prunes()).isEmpty();
        assertThat(m.router().state.topics).hasSize(1);
    }

    @Test
    void attackGRAFTDuringBackoff() {
        Net.Member m = net.member(GossipConfig.builder().scores(ScoreParams.DEFAULT.behaviour(-1, 0, 0.999)
                .decay(1_000_000_000L, 0.0001, 1)).build());
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        assertThat(m.mesh(T)).containsExactly(p.id());
        p.say(p.rpc().prune(T, List.of(), 60));
        assertThat(m.mesh(T)).isEmpty();
        p.graft(T); // much too early: punished twice
        assertThat(p.prunes()).hasSize(1);
        assertThat(m.score(p.id())).isEqualTo(-4);
        net.beats(12);
        double before = m.score(p.id());
        p.graft(T); // later, and still too early: once, and held off anew
        assertThat(p.prunes()).hasSize(2);
        assertThat(m.score(p.id())).isBetween(before - 6, before - 4.5);
        assertThat(m.mesh(T)).isEmpty();
        net.beats(55);
        p.graft(T);
        assertThat(p.prunes()).hasSize(3);
        m.run(() -> m.router().state.scores.params(ScoreParams.DEFAULT)); // else the score keeps it out
        net.beats(80);
        p.graft(T);
        assertThat(p.prunes()).hasSize(3);
        assertThat(m.mesh(T)).containsExactly(p.id());
    }

    @Test
    void attackInvalidMessageSpam() {
        Net.Member m = net.member(GossipConfig.builder()
                .scores(ScoreParams.DEFAULT.thresholds(new Thresholds(-10, -20, -30, 0, 0))).build());
        m.hear(T, TopicConfig.SIGNED.score(TopicScoreParams.NONE.invalid(-1, 0.99)));
        Puppet p = net.puppet().meet(m).subscribe(T);
        assertThat(m.score(p.id())).isZero();
        for (int i = 0; i < 100; i++) {
            byte[] seqno = new byte[8];
            seqno[7] = (byte) i;
            p.say(Message.make(T, new byte[] {(byte) i}, p.id().bytes(), seqno, new byte[64], null, p.id(), 0, RpcLimits.DEFAULT).frame());
        }
        // the sixth brings it below the graylist threshold, and no more are looked at
        assertThat(m.score(p.id())).isBetween(-36.0, -30.0);
        assertThat(m.heard).isEmpty();
        net.beats(1);
        assertThat(m.mesh(T)).isEmpty();
    }

    @Test
    void attackSpamIDONTWANT() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        GossipLimits l = GossipLimits.DEFAULT;
        for (int i = 0; i < l.idontwantsPerBeatMax(); i++) p.line.send(p.rpc().idontwant(List.of(id(i))).frames().get(0));
        net.world.settle();
        Message known = p.message(T, new byte[] {1});
        p.say(p.rpc().idontwant(List.of(known.id()))); // one too many: not heard
        assertThat(m.peer(p.id()).unwanted.has(known.id())).isFalse();
        assertThat(m.peer(p.id()).unwanted.size()).isEqualTo(l.idontwantsPerBeatMax());
        net.beats(1);
        p.say(p.rpc().idontwant(List.of(known.id())));
        assertThat(m.peer(p.id()).unwanted.has(known.id())).isTrue();
    }

    @Test
    void handleIdontwantSpam() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        GossipLimits l = GossipLimits.DEFAULT;
        for (int i = 0; i < 50; i++) p.say(p.rpc().idontwant(ids(i * 10_000, 10_000)));
        int bound = l.idontwantsPerBeatMax() * l.idontwantIdsMax() * Timing.DEFAULT.idontwantBeats();
        assertThat(m.peer(p.id()).unwanted.size()).isLessThanOrEqualTo(bound);
    }

    @Test
    void iDontWantUnwantedCleanup() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        p.say(p.rpc().idontwant(ids(0, 10)));
        assertThat(m.peer(p.id()).unwanted.size()).isEqualTo(10);
        net.beats(4);
        assertThat(m.peer(p.id()).unwanted.size()).isZero();
        Peer gone = m.peer(p.id());
        p.close();
        assertThat(m.peer(p.id())).isNull();
        assertThat(gone.topics).isEmpty();
    }

    @Test
    void anRpcOfTooManyThingsResetsItsStream() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        RpcWriter w = p.rpc();
        for (int i = 0; i < 1100; i++) w.graft("t");
        p.say(w);
        assertThat(p.line.closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
        assertThat(m.state(T).peers).isEmpty(); // what it said is void with its stream
    }

    @Test
    void aPeerMayBeInSoManyTopicsAndThereAreSoManyInAll() {
        GossipLimits d = GossipLimits.DEFAULT;
        GossipLimits few = new GossipLimits(d.seenMax(), d.historyBytesMax(), d.recentMax(), d.recentBytesMax(), 30, 20,
                d.peersPerTopicMax(), d.validationsMax(),
                d.signaturesMax(), d.ihavesPerBeatMax(), d.ihaveIdsMax(), d.iwantRepeatMax(), d.idontwantsPerBeatMax(), d.idontwantIdsMax(),
                d.idontwantIdsHeardMax(), d.prunePeersMax(), d.connectsMax(), d.connectsWaitingMax(), d.opportunisticMax(),
                        d.publishesWaitingMax(),
                d.deliveriesMax(), d.outboxMax(), d.forwardMax(), d.gossipMax(), d.forwardNanos(), d.publishNanos());
        Net.Member m = net.member(GossipConfig.builder().limits(few).build());
        m.hear(T);
        Puppet p = net.puppet().meet(m);
        Puppet q = net.puppet().meet(m);
        for (int i = 0; i < 100; i++) p.subscribe("p" + i);
        assertThat(m.peer(p.id()).topics).hasSize(20);
        for (int i = 0; i < 100; i++) q.subscribe("q" + i);
        assertThat(m.router().state.topics).hasSize(30);
        q.subscribe(T); // one of ours is always heard of
        assertThat(m.state(T).peers).hasSize(1);
        p.close();
        q.close();
        assertThat(m.router().state.topics).hasSize(1);
    }

    @Test
    void aGraylistedPeerIsNotHeardUntilItsScoreIsBetter() {
        double[] app = {-100};
        Net.Member m = net.member(GossipConfig.builder().scores(ScoreParams.DEFAULT.appScore(x -> app[0], 1)).build());
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        p.publish(T, "unheard".getBytes());
        assertThat(m.texts).isEmpty();
        app[0] = 0;
        net.beats(2);
        p.publish(T, "heard".getBytes());
        assertThat(m.texts).containsExactly("heard");
    }

    @Test
    void whoMayNotGossipNeitherHearsOfMessagesNorIsAskedForThem() {
        PeerId[] bad = {null};
        Net.Member m = net.member(GossipConfig.builder().floodPublish(false, 0)
                .scores(ScoreParams.DEFAULT.appScore(x -> x.equals(bad[0]) ? -15 : 0, 1)).build());
        m.hear(T);
        Puppet p = net.puppet();
        bad[0] = p.id();
        p.meet(m).subscribe(T);
        m.publish(T, "not for you");
        net.beats(3);
        p.say(p.rpc().ihave(T, ids(0, 3)));
        assertThat(p.ihaves()).isEmpty();
        assertThat(p.iwants()).isEmpty();
        assertThat(p.grafts()).isEmpty();
        p.graft(T);
        assertThat(p.prunes()).hasSize(1);
    }

    @Test
    void anInspectorMayRefuseRpcs() {
        List<RpcFacts> seen = new ArrayList<>();
        Net.Member m = net.member(GossipConfig.builder().inspector((from, rpc) -> {
            seen.add(rpc);
            return rpc.graft().isEmpty();
        }).build());
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        p.say(p.rpc().graft(T).idontwant(ids(0, 2)));
        assertThat(seen).hasSize(2);
        assertThat(m.peer(p.id()).unwanted.size()).isZero();
        assertThat(seen.get(1).idontwant()).hasSize(2);
    }

    @Test
    void noLeakFromDisconnectedPeer() {
        Net.Member m = net.member(GossipConfig.builder().gater(GaterParams.DEFAULT)
                .scores(ScoreParams.DEFAULT.decay(1_000_000_000L, 0.01, 1_000_000_000L)).build());
        m.hear(T);
        for (int i = 0; i < 20; i++) {
            Puppet p = net.puppet().meet(m).subscribe(T);
            p.say(p.rpc().graft(T).ihave(T, ids(i * 10, 3)).idontwant(ids(i * 10, 5)));
            p.close();
        }
        State s = m.router().state;
        assertThat(s.peers).isEmpty();
        assertThat(m.state(T).peers).isEmpty();
        assertThat(m.state(T).mesh).isEmpty();
        assertThat(s.promises.size()).isZero();
        net.beats(200);
        assertThat(s.backoffs.size()).isZero();
        assertThat(s.scores.known()).isEmpty();
    }
}
