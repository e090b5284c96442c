package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.identity.PeerId;
import libp2p.sim.Nat;
import libp2p.sim.NatType;
import libp2p.sim.SimHost;
import libp2p.sim.World;
import org.junit.jupiter.api.Test;

/** rust-libp2p's tests of gossipsub's behaviour that go has no like of, by their names (docs/gossipsub-tests.md lists all). */
class BehaviourTest {
    private static final String T = Net.T;
    private static final GossipConfig MESH_ONLY = GossipConfig.builder().floodPublish(false, 0).build();
    private static final String V1_0 = Version.V1_0.id();
    private static final String FLOODSUB = Version.FLOODSUB.id();

    private final Net net = new Net();

    private Net.Member listening(GossipConfig config) {
        Net.Member m = net.member(config);
        m.hear(T);
        return m;
    }

    private static GossipConfig scored(Thresholds thresholds, PeerId bad, double score) {
        return GossipConfig.builder()
                .scores(ScoreParams.DEFAULT.thresholds(thresholds).appScore(p -> p.equals(bad) ? score : 0, 1)).build();
    }

    // ---- direct peers

    @Test
    void doForwardMessagesToExplicitPeers() {
        Net.Member m = listening(MESH_ONLY);
        Puppet direct = net.puppet();
        m.gossip.addDirect(direct.id(), List.of());
        direct.meet(m).subscribe(T);
        Puppet p = net.puppet().meet(m).subscribe(T).publish(T, "to be passed on".getBytes());
        assertThat(direct.messages).hasSize(1);
        assertThat(p.messages).isEmpty();
    }

    @Test
    void noGossipGetsSentToExplicitPeers() {
        Net.Member m = listening(MESH_ONLY);
        Puppet direct = net.puppet();
        m.gossip.addDirect(direct.id(), List.of());
        direct.meet(m).subscribe(T);
        net.puppet().meet(m).subscribe(T).publish(T, "news".getBytes());
        net.beats(3);
        assertThat(direct.ihaves()).isEmpty();
    }

    // ---- peers of older protocols

    @Test
    void doNotUseFloodsubInFanoutNorInMeshes() {
        Net.Member m = net.member(MESH_ONLY);
        Puppet old = net.puppet(FLOODSUB).meet(m).subscribe(T);
        m.topic(T, Net.PLAIN);
        assertThat(m.publish(T, "floodsub hears all").sent()).containsExactly(old.id());
        assertThat(m.state(T).fanout).isEmpty();
        m.hear(T);
        assertThat(m.mesh(T)).isEmpty();
        net.beats(2);
        assertThat(m.mesh(T)).isEmpty();
        assertThat(old.grafts()).isEmpty();
    }

    @Test
    void dontSendPxToOldGossipsubPeersNorFloodsubPeersInPx() {
        Overlay one = new Overlay(1, 1, 1, 1, 0, 1, 0.25);
        Net.Member m = net.member(GossipConfig.builder().overlay(one).exchange(true).build());
        m.hear(T);
        net.puppet().meet(m).subscribe(T).graft(T);
        Puppet floodsub = net.puppet(FLOODSUB).meet(m).subscribe(T);
        Puppet old = net.puppet(V1_0).meet(m).subscribe(T).graft(T);
        Puppet young = net.puppet().meet(m).subscribe(T).graft(T);
        assertThat(old.prunes()).hasSize(1).allMatch(p -> p.peers().isEmpty() && p.backoffSeconds() == 0);
        List<PeerId> named = new ArrayList<>();
        for (Rpc.Px p : young.prunes().get(0).peers()) named.add(p.peer());
        assertThat(named).isNotEmpty().doesNotContain(floodsub.id());
    }

    @Test
    void onlySendNonnegativeScoringPeersInPx() {
        Puppet bad = net.puppet();
        Overlay one = new Overlay(1, 1, 1, 1, 0, 1, 0.25);
        Net.Member m = net.member(GossipConfig.builder().overlay(one).exchange(true)
                .scores(ScoreParams.DEFAULT.appScore(p -> p.equals(bad.id()) ? -1 : 0, 1)).build());
        m.hear(T);
        Puppet good = net.puppet().meet(m).subscribe(T).graft(T);
        bad.meet(m).subscribe(T);
        Puppet asking = net.puppet().meet(m).subscribe(T).graft(T);
        List<PeerId> named = new ArrayList<>();
        for (Rpc.Px p : asking.prunes().get(0).peers()) named.add(p.peer());
        assertThat(named).containsExactly(good.id());
    }

    // ---- gossip

    @Test
    void gossipToAtLeastGossipLazyPeersAndAtMostGossipFactorPeers() {
        Overlay o = new Overlay(2, 1, 3, 1, 0, 4, 0.25);
        Net.Member m = listening(GossipConfig.builder().overlay(o).floodPublish(false, 0).build());
        List<Puppet> few = new ArrayList<>();
        for (int i = 0; i < 10; i++) few.add(net.puppet().meet(m).subscribe(T));
        net.beats(1);
        m.publish(T, "one");
        net.world.advanceSeconds(1);
        assertThat(few.stream().filter(p -> !p.ihaves().isEmpty())).hasSize(4); // lazy
        for (int i = 0; i < 30; i++) few.add(net.puppet().meet(m).subscribe(T));
        net.beats(5); // the cache tells no more of the first
        few.forEach(p -> p.heard.clear());
        m.publish(T, "two");
        net.world.advanceSeconds(1);
        int others = few.size() - m.mesh(T).size();
        assertThat(few.stream().filter(p -> !p.ihaves().isEmpty())).hasSize(others / 4); // the factor
    }

    @Test
    void handleIhaveNotSubscribedAndSubscribedAndMsgCached() {
        Net.Member m = listening(MESH_ONLY);
        Puppet p = net.puppet().meet(m).subscribe(T);
        MessageId unknown = MessageId.of(new byte[] {1, 2, 3});
        p.say(p.rpc().ihave("another topic", List.of(unknown)));
        assertThat(p.iwants()).isEmpty();
        p.publish(T, "known".getBytes());
        p.say(p.rpc().ihave(T, List.of(p.message(T, "known".getBytes()).id())));
        assertThat(p.iwants()).isEmpty();
        p.say(p.rpc().ihave(T, List.of(unknown)));
        assertThat(p.iwants()).containsExactly(unknown);
    }

    @Test
    void handleIwantMsgCachedShiftedAndNotCached() {
        Net.Member m = listening(MESH_ONLY);
        Puppet p = net.puppet().meet(m).subscribe(T);
        p.say(p.rpc().prune(T, List.of(), 600)); // only gossip is for it
        PublishResult r = m.publish(T, "kept for five heartbeats");
        p.messages.clear();
        net.beats(4);
        p.say(p.rpc().iwant(List.of(r.id())));
        assertThat(p.messages).hasSize(1);
        net.beats(2);
        p.say(p.rpc().iwant(List.of(r.id(), MessageId.of(new byte[] {9}))));
        assertThat(p.messages).hasSize(1);
    }

    // ---- meshes

    @Test
    void graftWithoutSubscribe() {
        Net.Member m = listening(GossipConfig.DEFAULT);
        Puppet p = net.puppet().meet(m).graft(T);
        assertThat(m.mesh(T)).containsExactly(p.id());
        p.subscribe(T); // late
        assertThat(m.mesh(T)).containsExactly(p.id());
        assertThat(p.prunes()).isEmpty();
        assertThat(p.grafts()).isEmpty();
        p.say(p.rpc().subscription(T, false, false, false));
        assertThat(m.mesh(T)).isEmpty();
    }

    @Test
    void whatWaitsForPeersGoesToOneWhoGraftsWithoutSubscribing() {
        Net.Member m = listening(GossipConfig.DEFAULT);
        libp2p.testkit.World.Result<PublishResult> r = new libp2p.testkit.World.Result<>();
        new Topic(m.gossip, T).publish("waits".getBytes(), PublishOptions.ready(1, 60_000_000_000L), r);
        Puppet p = net.puppet().meet(m);
        assertThat(r.isDone()).isFalse();
        p.graft(T);
        assertThat(r.value().sent()).containsExactly(p.id());
    }

    @Test
    void doNotGraftWithinDefaultBackoffPeriodAfterReceivingPruneWithoutBackoff() {
        Net.Member m = listening(GossipConfig.DEFAULT);
        Puppet p = net.puppet(V1_0).meet(m).subscribe(T);
        assertThat(m.mesh(T)).containsExactly(p.id());
        p.say(p.rpc().prune(T, List.of(), -1));
        int before = p.grafts().size();
        net.beats(59);
        assertThat(p.grafts()).hasSize(before);
        net.beats(30);
        assertThat(p.grafts()).hasSize(before + 1);
    }

    @Test
    void subscribeAndGraftWithNegativeScore() {
        Puppet bad = net.puppet();
        Net.Member m = listening(scored(Thresholds.DEFAULT, bad.id(), -1));
        bad.meet(m).subscribe(T).graft(T);
        assertThat(m.mesh(T)).isEmpty();
        assertThat(bad.prunes()).hasSize(1);
        net.beats(3);
        assertThat(bad.grafts()).isEmpty();
    }

    // ---- publishing

    @Test
    void doNotPublishNorFloodPublishToPeerBelowPublishThreshold() {
        Puppet bad = net.puppet();
        Net.Member m = net.member(scored(new Thresholds(-1, -2, -100, 0, 0), bad.id(), -3));
        m.topic(T, Net.PLAIN);
        bad.meet(m).subscribe(T);
        Puppet good = net.puppet().meet(m).subscribe(T);
        assertThat(m.publish(T, "flooded").sent()).containsExactly(good.id());
        Net.Member sparing = net.member(GossipConfig.builder().floodPublish(false, 0)
                .scores(ScoreParams.DEFAULT.thresholds(new Thresholds(-1, -2, -100, 0, 0)).appScore(p -> p.equals(bad.id()) ? -3 : 0, 1))
                .build());
        sparing.topic(T, Net.PLAIN);
        bad.meet(sparing).subscribe(T);
        good.meet(sparing).subscribe(T);
        assertThat(sparing.publish(T, "to the fanout").sent()).containsExactly(good.id());
    }

    @Test
    void helloRpcIsSingleBatchedMessage() {
        Net.Member m = net.member();
        for (int i = 0; i < 20; i++) m.hear("topic " + i);
        Puppet p = net.puppet().meet(m);
        assertThat(p.heard).hasSize(1);
        assertThat(p.heard.get(0).subscriptions).hasSize(20);
    }

    // ---- and of go's, the newest

    @Test
    void forwardAfterIgnore() {
        net.members(5);
        TopicConfig ignoring = Net.PLAIN.validator((node, m, done) -> done.done(Verdict.IGNORE, null));
        for (int i = 0; i < 5; i++) net.get(i).hear(T, i == 2 ? ignoring : Net.PLAIN);
        for (int i = 0; i < 4; i++) net.connect(net.get(i), net.get(i + 1));
        net.beats(2);
        net.get(0).publish(T, "ignored on its way");
        assertThat(net.get(1).texts).hasSize(1);
        for (int i = 2; i < 5; i++) assertThat(net.get(i).texts).isEmpty();
        net.get(2).publish(T, "ignored on its way");
        for (int i = 3; i < 5; i++) assertThat(net.get(i).texts).hasSize(1);
        assertThat(net.get(1).texts).hasSize(1);
        assertThat(net.get(2).publishFails(T, "ignored on its way".getBytes()).detail()).isEqualTo("published before");
    }

    @Test
    void peerFilter() {
        Net.Member a = net.member();
        Net.Member b = net.member();
        Net.Member only = net.member(GossipConfig.builder().filter((peer, topic) -> peer.equals(a.id())).build());
        net.hear(T).connect(only, a);
        net.connect(only, b);
        net.beats(2);
        only.publish(T, "for a");
        assertThat(a.texts).containsExactly("for a");
        assertThat(b.texts).isEmpty();
    }

    @Test
    void scoreIPColocationWhitelist() {
        World world = World.seed(4).introduces(true);
        SimHost strict = world.host(new Gossip(GossipConfig.builder().scores(ScoreParams.DEFAULT.colocation(-1, 1, a -> false)).build()));
        SimHost lenient = world.host(new Gossip(GossipConfig.builder().scores(ScoreParams.DEFAULT.colocation(-1, 1, a -> true)).build()));
        Nat router = world.nat(NatType.FULL_CONE);
        List<SimHost> behind = new ArrayList<>();
        for (int i = 0; i < 3; i++) behind.add(router.host(new Gossip()));
        for (SimHost h : behind) {
            world.connect(h, strict);
            world.connect(h, lenient);
        }
        world.run(2 * World.SECOND);
        for (SimHost h : behind) {
            assertThat(strict.protocol(Gossip.class).router().state.scores.of(h.id())).isEqualTo(-4);
            assertThat(lenient.protocol(Gossip.class).router().state.scores.of(h.id())).isZero();
        }
    }
}
