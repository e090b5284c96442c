package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** go-libp2p-pubsub's gossipsub tests of networks: who is connected how, and by whom named (the Gossipsub of each name left out). */
class TopologyTest {
    private static final String T = Net.T;
    private static final GossipConfig MESH_ONLY = GossipConfig.builder().floodPublish(false, 0).build();

    private final Net net = new Net();

    private static Set<String> allTexts(Net.Member m) {
        return new LinkedHashSet<>(m.texts);
    }

    @Test
    void mixedGossipsub() {
        for (int i = 0; i < 30; i++) {
            net.member(i < 20 ? MESH_ONLY : GossipConfig.builder().ids(List.of(Version.FLOODSUB.id())).build());
        }
        net.hear(T).connectSome(8).beats(2);
        for (int i = 0; i < 60; i++) net.get(i % 30).publish(T, "m" + i);
        net.beats(4);
        for (Net.Member m : net.members) assertThat(allTexts(m)).hasSize(58);
    }

    @Test
    void versionsOfAllAgesUnderstandEachOther() {
        for (int i = 0; i < 10; i++) {
            Version v = Version.values()[i % 5];
            net.member(GossipConfig.builder().ids(List.of(v.id(), v == Version.FLOODSUB ? v.id() : Version.FLOODSUB.id())).build());
        }
        net.hear(T).connectAll().beats(2);
        for (int i = 0; i < 10; i++) net.get(i).publish(T, new byte[2000 + i]);
        net.beats(3);
        for (Net.Member m : net.members) assertThat(m.heard).hasSize(9);
    }

    @Test
    void multihops() {
        net.members(6).hear(T);
        for (int i = 0; i < 5; i++) net.connect(net.get(i), net.get(i + 1));
        net.beats(2);
        net.get(0).publish(T, "hop");
        net.world.settle();
        assertThat(net.get(5).texts).containsExactly("hop");
    }

    @Test
    void treeTopology() {
        net.members(10).hear(T);
        int[][] links = {{0, 1}, {1, 2}, {1, 4}, {2, 3}, {0, 5}, {5, 6}, {5, 8}, {6, 7}, {8, 9}};
        for (int[] l : links) net.connect(net.get(l[0]), net.get(l[1]));
        net.beats(2);
        for (int from : new int[] {0, 9, 3}) {
            net.get(from).publish(T, "from " + from);
            net.beats(1);
            for (int i = 0; i < 10; i++) if (i != from) assertThat(net.get(i).texts).contains("from " + from);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void starTopologyWithSignedPeerRecords(boolean apart) {
        Net n = new Net(apart, 9);
        Overlay star = new Overlay(0, 0, 0, 0, 0, 6, 0.25);
        n.member(GossipConfig.builder().overlay(star).exchange(true).build());
        ScoreParams trusting = ScoreParams.DEFAULT.thresholds(new Thresholds(-10, -50, -80, 0, 1));
        n.members(19, GossipConfig.builder().scores(trusting).build());
        n.hear(T);
        for (int i = 1; i < 20; i++) n.connect(n.get(i), n.get(0));
        n.beats(5);
        for (Net.Member m : n.members) assertThat(m.router().state.peers.size()).as("connected by exchange").isGreaterThan(4);
        n.get(3).publish(T, "starred");
        n.beats(2);
        for (int i = 1; i < 20; i++) if (i != 3) assertThat(n.get(i).texts).containsExactly("starred");
        assertThat(n.get(0).mesh(T)).isEmpty();
    }

    @Test
    void peersNamedByAPeerOfPoorScoreAreNotConnected() {
        Net.Member m = net.member();
        Net.Member other = net.member();
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        int dials = net.world.network().dials().size();
        p.say(p.rpc().prune(T, List.of(new Rpc.Px(other.id(), null)), 60));
        net.beats(2);
        assertThat(net.world.network().dials()).hasSize(dials);
    }

    @Test
    void aForgedRecordOfANamedPeerIsNotDialled() {
        ScoreParams trusting = ScoreParams.DEFAULT.thresholds(new Thresholds(-10, -50, -80, 0, 1));
        Net.Member m = net.member(GossipConfig.builder().scores(trusting).build());
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        Net.Member victim = net.member();
        byte[][] sealed = {null};
        libp2p.core.identity.PeerRecord claim = new libp2p.core.identity.PeerRecord(p.id(), 1, List.of(net.world.address(victim.swarm)));
        p.swarm.loop().execute(() -> claim.seal(p.swarm.identity(), p.swarm.loop(), (e, f) -> sealed[0] = e.encode()));
        net.world.settle();
        int dials = net.world.network().dials().size();
        // a true record, but of the puppet and not of the victim
        p.say(p.rpc().prune(T, List.of(new Rpc.Px(victim.id(), sealed[0])), 60));
        byte[] damaged = sealed[0].clone();
        damaged[damaged.length - 5] ^= 1;
        p.graft(T).say(p.rpc().prune(T, List.of(new Rpc.Px(ScoresTest.peer(77), damaged),
                new Rpc.Px(ScoresTest.peer(78), new byte[] {1, 2, 3})), 60));
        net.beats(2);
        assertThat(net.world.network().dials()).hasSize(dials);
    }

    @Test
    void directPeers() {
        Net.Member a = net.member();
        Net.Member b = net.member(GossipConfig.builder().direct(a.id(), List.of(net.world.address(a.swarm))).build());
        a.run(() -> a.router().addDirect(b.id(), List.of(net.world.address(b.swarm))));
        net.hear(T).beats(2);
        assertThat(a.peer(b)).isNotNull();
        assertThat(a.mesh(T)).isEmpty();
        assertThat(b.mesh(T)).isEmpty();
        a.publish(T, "direct");
        assertThat(b.texts).containsExactly("direct");
        a.run(() -> a.router().state.scores.params(ScoreParams.DEFAULT.appScore(p -> -1000, 1)));
        b.publish(T, "whatever its score");
        assertThat(a.texts).containsExactly("whatever its score");
        b.swarm.loop().execute(b.swarm::closeAll);
        net.world.settle();
        assertThat(a.peer(b)).isNull();
        net.beats(310);
        assertThat(a.peer(b)).isNotNull();
    }

    @Test
    void dynamicDirectPeers() {
        net.members(3).hear(T);
        Net.Member a = net.get(0);
        a.gossip.addDirect(net.get(1).id(), List.of(net.world.address(net.get(1).swarm)));
        net.beats(2);
        assertThat(a.peer(net.get(1))).isNotNull();
        assertThat(a.mesh(T)).isEmpty();
        a.gossip.removeDirect(net.get(1).id());
        net.beats(90);
        assertThat(a.mesh(T)).containsExactly(net.get(1).id());
    }

    @Test
    void directPeersFanout() {
        Net.Member a = net.member(MESH_ONLY);
        Net.Member b = net.member(MESH_ONLY);
        b.hear(T);
        a.gossip.addDirect(b.id(), List.of(net.world.address(b.swarm)));
        net.beats(1);
        a.topic(T, Net.PLAIN);
        PublishResult r = a.publish(T, "to the direct one");
        assertThat(r.sent()).containsExactly(b.id());
        assertThat(a.state(T).fanout).isEmpty();
        assertThat(b.texts).hasSize(1);
    }

    @Test
    void aGraftOfADirectPeerIsRefused() {
        Net.Member a = net.member();
        a.hear(T);
        Puppet p = net.puppet();
        a.gossip.addDirect(p.id(), List.of());
        p.meet(a).subscribe(T).graft(T);
        assertThat(p.prunes()).hasSize(1);
        assertThat(a.mesh(T)).isEmpty();
    }

    @Test
    void floodPublish() {
        net.members(30);
        for (int i = 1; i < 30; i++) {
            net.get(i).hear(T);
            net.connect(net.get(0), net.get(i));
        }
        net.get(0).hear(T);
        net.beats(2);
        PublishResult r = net.get(0).publish(T, "flood");
        assertThat(r.sent()).hasSize(29);
        for (int i = 1; i < 30; i++) assertThat(net.get(i).texts).containsExactly("flood");
        Net.Member b = net.member(GossipConfig.builder().floodPublish(true, 100).build());
        b.hear(T);
        for (int i = 1; i < 30; i++) net.connect(b, net.get(i));
        net.beats(2);
        assertThat(b.publish(T, new byte[100]).sent()).hasSize(29);
        assertThat(b.publish(T, new byte[101]).sent().size()).isLessThan(13); // the mesh
    }

    @Test
    void aPeerThatIsTwiceConnectedLosesOneConnectionAndStays() {
        net.members(2).hear(T);
        libp2p.core.net.Connection first = net.connect(net.get(0), net.get(1));
        net.connect(net.get(1), net.get(0));
        net.beats(1);
        first.close(libp2p.core.CloseReason.CANCELLED);
        net.beats(5);
        net.get(0).publish(T, "still here");
        assertThat(net.get(1).texts).containsExactly("still here");
        net.get(1).publish(T, "and back");
        assertThat(net.get(0).texts).containsExactly("and back");
    }
}
