package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import libp2p.core.identity.PeerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** go-libp2p-pubsub's gossipsub tests of meshes, fanout and gossip, by their names (the Gossipsub of each left out). */
class GossipsubTest {
    private static final String T = Net.T;
    private static final GossipConfig MESH_ONLY = GossipConfig.builder().floodPublish(false, 0).build();

    private final Net net = new Net();

    private static Set<String> allTexts(Net.Member m) {
        return new LinkedHashSet<>(m.texts);
    }

    @Test
    void gossipSubParamsValidate() {
        assertThatThrownBy(() -> new Overlay(6, 7, 12, 4, 2, 6, 0.25)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Overlay(6, 5, 5, 4, 2, 6, 0.25)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Overlay(6, 5, 12, 13, 2, 6, 0.25)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Overlay(6, 5, 12, 4, 4, 6, 0.25)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Overlay(6, 5, 12, 4, 2, 6, 1.25)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Timing(1, 0, 5, 6, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Thresholds(1, -1, -2, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Thresholds(-1, 0, -2, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TopicScoreParams.NONE.invalid(1, 0.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TopicScoreParams.NONE.firstDeliveries(1, 1, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TopicConfig.unsigned(MessageIds.ORIGIN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void gossipSubBootstrapParamsValidate() {
        assertThat(Overlay.BOOTSTRAPPER.d()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fanout(boolean apart) {
        Net n = new Net(apart, 5).members(20, MESH_ONLY);
        for (int i = 1; i < 20; i++) n.get(i).hear(T);
        n.connectSome(10).beats(2);
        n.get(0).topic(T, Net.PLAIN);
        for (int i = 0; i < 50; i++) n.get(0).publish(T, "m" + i);
        n.beats(3);
        for (int i = 1; i < 20; i++) assertThat(allTexts(n.get(i))).hasSize(50);
        assertThat(n.get(0).state(T).fanout).hasSizeBetween(6, 8);
        n.get(0).hear(T); // and then it joins
        n.get(0).publish(T, "joined");
        n.beats(3);
        for (int i = 1; i < 20; i++) assertThat(n.get(i).texts).contains("joined");
        assertThat(n.get(0).state(T).fanout).isEmpty();
        assertThat(n.get(0).mesh(T).size()).isGreaterThanOrEqualTo(6);
    }

    @Test
    void fanoutMaintenance() {
        net.members(20, MESH_ONLY);
        List<libp2p.core.Cancellable> subscriptions = new ArrayList<>();
        for (int i = 1; i < 20; i++) subscriptions.add(net.get(i).hear(T));
        net.connectSome(10).beats(2);
        net.get(0).topic(T, Net.PLAIN);
        net.get(0).publish(T, "one");
        net.beats(2);
        for (libp2p.core.Cancellable c : subscriptions) c.cancel();
        net.world.settle();
        assertThat(net.get(0).state(T).fanout).isEmpty();
        for (int i = 1; i < 20; i++) net.get(i).hear(T);
        net.beats(70);
        net.get(0).publish(T, "two");
        net.beats(3);
        for (int i = 1; i < 20; i++) assertThat(net.get(i).texts).contains("one", "two");
    }

    @Test
    void fanoutExpiry() {
        net.members(10, MESH_ONLY);
        for (int i = 1; i < 10; i++) net.get(i).hear(T);
        net.connectAll().beats(2);
        net.get(0).topic(T, Net.PLAIN);
        net.get(0).publish(T, "one");
        assertThat(net.get(0).state(T).fanout).isNotEmpty();
        net.beats(59);
        assertThat(net.get(0).state(T).fanout).isNotEmpty();
        net.beats(3);
        assertThat(net.get(0).state(T).fanout).isEmpty();
    }

    @Test
    void gossip() {
        net.members(20, MESH_ONLY).hear(T).connectAll().beats(3);
        for (int i = 0; i < 100; i++) {
            net.get(i % 20).publish(T, "m" + i);
            net.world.advance(100_000_000);
        }
        net.beats(3);
        for (int m = 0; m < 20; m++) assertThat(allTexts(net.get(m))).hasSize(95);
    }

    @Test
    void gossipPropagation() {
        // two groups that share no mesh link: gossip alone carries messages
        Net.Member a = net.member(GossipConfig.builder().floodPublish(false, 0).build());
        a.hear(T);
        Puppet p = net.puppet().meet(a).subscribe(T);
        p.say(p.rpc().prune(T, List.of(), 60));
        assertThat(a.mesh(T)).isEmpty();
        Puppet q = net.puppet().meet(a).subscribe(T);
        q.graft(T).publish(T, "gossiped".getBytes());
        int before = p.messages.size();
        net.beats(2);
        assertThat(p.messages).hasSize(before);
        assertThat(p.ihaves()).contains(q.message(T, "gossiped".getBytes()).id());
        p.say(p.rpc().iwant(p.ihaves()));
        assertThat(p.messages).hasSize(before + 1);
    }

    @Test
    void prune() {
        net.members(20, MESH_ONLY);
        List<libp2p.core.Cancellable> subscriptions = new ArrayList<>();
        for (Net.Member m : net.members) subscriptions.add(m.hear(T));
        net.connectSome(10).beats(2);
        for (int i = 0; i < 5; i++) subscriptions.get(i).cancel();
        net.world.settle();
        for (int i = 5; i < 20; i++) for (int gone = 0; gone < 5; gone++) assertThat(net.get(i).mesh(T)).doesNotContain(net.get(gone).id());
        net.beats(2);
        for (int i = 5; i < 15; i++) net.get(i).publish(T, "m" + i);
        net.beats(3);
        for (int i = 5; i < 20; i++) assertThat(net.get(i).texts.size()).isGreaterThanOrEqualTo(9);
        for (int i = 0; i < 5; i++) assertThat(net.get(i).texts).isEmpty();
    }

    @Test
    void pruneBackoffTime() {
        net.members(10, MESH_ONLY).hear(T).connectAll().beats(2);
        Net.Member a = net.get(0);
        int[] app = {0};
        PeerId bad = a.mesh(T).iterator().next();
        a.run(() -> a.router().state.scores.params(ScoreParams.DEFAULT.appScore(p -> p.equals(bad) ? app[0] : 0, 1)));
        app[0] = -1;
        net.beats(2);
        assertThat(a.mesh(T)).doesNotContain(bad);
        app[0] = 0;
        net.beats(30);
        assertThat(a.mesh(T)).doesNotContain(bad);
        assertThat(a.router().state.backoffs.has(T, bad)).isTrue();
        net.beats(60);
        assertThat(a.router().state.backoffs.has(T, bad)).isFalse();
        Net.Member b = net.members.stream().filter(m -> m.id().equals(bad)).findFirst().orElseThrow();
        assertThat(b.score(a.id())).isZero(); // nobody grafted too early
    }

    @Test
    void graft() {
        net.members(20, MESH_ONLY).connectSome(10).beats(1);
        for (Net.Member m : net.members) {
            m.hear(T);
            net.world.advance(100_000_000);
        }
        net.beats(2);
        for (int i = 0; i < 100; i++) net.get(i % 20).publish(T, "m" + i);
        net.beats(3);
        for (Net.Member m : net.members) assertThat(allTexts(m)).hasSize(95);
    }

    @Test
    void removePeer() {
        net.members(20, MESH_ONLY).hear(T).connectSome(10).beats(2);
        for (int i = 0; i < 5; i++) net.get(i).swarm.loop().execute(net.get(i).swarm::closeAll);
        net.beats(2);
        for (int i = 5; i < 20; i++) for (int gone = 0; gone < 5; gone++) assertThat(net.get(i).peer(net.get(gone).id())).isNull();
        for (int i = 5; i < 15; i++) net.get(i).publish(T, "m" + i);
        net.beats(3);
        for (int i = 5; i < 20; i++) assertThat(net.get(i).texts.size()).isGreaterThanOrEqualTo(9);
    }

    @Test
    void negativeScore() {
        net.members(20, GossipConfig.builder().scores(ScoreParams.DEFAULT).build());
        PeerId bad = net.get(0).id();
        for (Net.Member m : net.members) {
            m.gossip.scores(ScoreParams.DEFAULT.appScore(p -> p.equals(bad) ? -1000 : 0, 1));
        }
        net.hear(T).connectSome(10).beats(3);
        for (int i = 0; i < 20; i++) net.get(i).publish(T, "m" + i);
        net.beats(3);
        for (int i = 1; i < 20; i++) {
            assertThat(net.get(i).texts).doesNotContain("m0");
            assertThat(allTexts(net.get(i))).hasSize(18);
        }
    }

    @Test
    void scoreValidatorEx() {
        Net.Member m = net.member();
        TopicConfig judged = Net.PLAIN.score(TopicScoreParams.NONE.invalid(-1, 0.9999)).validator((node, message, done) -> {
            String text = new String(message.data());
            done.done(text.equals("ignore") ? Verdict.IGNORE : text.equals("reject") ? Verdict.REJECT : Verdict.ACCEPT, null);
        });
        m.hear(T, judged);
        Puppet p = net.puppet().meet(m).subscribe(T);
        p.publish(T, "ignore".getBytes());
        assertThat(m.score(p.id())).isZero();
        p.publish(T, "reject".getBytes());
        assertThat(m.score(p.id())).isNegative();
        p.publish(T, "fine".getBytes());
        assertThat(m.texts).containsExactly("fine");
    }

    @Test
    void multipleGraftTopics() {
        Net.Member a = net.member();
        List<String> topics = List.of("one", "two", "three");
        for (String t : topics) a.hear(t);
        Puppet p = net.puppet().meet(a);
        RpcWriter w = p.rpc();
        for (String t : topics) w.subscription(t, true, false, false).graft(t);
        p.say(w);
        for (String t : topics) assertThat(a.mesh(t)).containsExactly(p.id());
    }

    @Test
    void opportunisticGrafting() {
        Overlay small = new Overlay(3, 2, 6, 2, 1, 3, 0.25);
        Timing quick = new Timing(1_000_000_000L, 0, 5, 3, 60_000_000_000L, 120_000_000_000L, 60_000_000_000L, 10_000_000_000L,
                10_000_000_000L, 3_000_000_000L, 3, 2,
                300, 30_000_000_000L, 60_000_000_000L);
        Net.Member m = net.member(GossipConfig.builder().overlay(small).timing(quick)
                .scores(ScoreParams.DEFAULT.thresholds(new Thresholds(-10, -20, -30, 10, 1))).build());
        m.hear(T, Net.PLAIN.score(TopicScoreParams.NONE.firstDeliveries(1, 0.999, 100)));
        List<Puppet> idle = new ArrayList<>();
        for (int i = 0; i < 3; i++) idle.add(net.puppet().met(m).subscribe(T).graft(T));
        Puppet good = net.puppet().meet(m).subscribe(T);
        assertThat(m.mesh(T)).doesNotContain(good.id());
        for (int i = 0; i < 20; i++) good.publish(T, ("m" + i).getBytes());
        net.beats(5);
        assertThat(m.mesh(T)).contains(good.id());
    }

    @Test
    void gossipSubLeaveTopic() {
        Net.Member a = net.member();
        Net.Member b = net.member();
        libp2p.core.Cancellable c = a.hear(T);
        b.hear(T);
        net.connect(a, b);
        net.beats(2);
        assertThat(a.mesh(T)).containsExactly(b.id());
        c.cancel();
        net.world.settle();
        assertThat(b.mesh(T)).isEmpty();
        assertThat(b.router().state.backoffs.until(T, a.id()) - b.swarm.loop().nanoTime()).isEqualTo(10_000_000_000L);
        assertThat(a.router().state.backoffs.until(T, b.id()) - a.swarm.loop().nanoTime()).isEqualTo(10_000_000_000L);
    }

    @Test
    void gossipSubJoinTopic() {
        net.members(3).connectAll();
        net.get(1).hear(T);
        net.get(2).hear(T);
        net.get(0).run(() -> net.get(0).router().state.backoffs.add(T, net.get(1).id(), Long.MAX_VALUE));
        net.get(0).hear(T);
        assertThat(net.get(0).mesh(T)).containsExactly(net.get(2).id()); // who is held off is not grafted
    }

    @Test
    void pruneMeshCorrectly() {
        net.members(9, GossipConfig.builder().overlay(new Overlay(0, 0, 0, 0, 0, 0, 0)).build()).hear(T).connectAll().beats(3);
        for (Net.Member m : net.members) assertThat(m.mesh(T)).isEmpty();
    }

    @Test
    void peerScoreInspect() {
        Net.Member a = net.member();
        Net.Member b = net.member();
        a.hear(T, Net.PLAIN.score(TopicScoreParams.NONE.firstDeliveries(1, 0.999, 100).invalid(-1, 0.9)));
        b.hear(T);
        net.connect(a, b);
        libp2p.core.Watch<Map<PeerId, Double>> scores = a.gossip.scores();
        net.beats(1);
        for (int i = 0; i < 20; i++) b.publish(T, "m" + i);
        net.beats(1);
        assertThat(scores.value().get(b.id())).isBetween(19.0, 20.0);
        PeerScore[] why = {null};
        a.gossip.explain(b.id(), (s, f) -> why[0] = s);
        net.world.settle();
        assertThat(why[0].topics().get(T).firstDeliveries()).isBetween(19.0, 20.0);
    }

    @Test
    void outboundQuota() {
        Overlay o = new Overlay(4, 3, 6, 2, 2, 4, 0.25);
        Net.Member m = net.member(GossipConfig.builder().overlay(o).build());
        m.hear(T);
        for (int i = 0; i < 10; i++) net.puppet().meet(m).subscribe(T).graft(T);
        net.beats(3);
        Set<PeerId> inbound = m.mesh(T);
        List<PeerId> ours = new ArrayList<>();
        for (int i = 0; i < 3; i++) ours.add(net.puppet().met(m).subscribe(T).id());
        net.beats(3);
        Set<PeerId> after = new LinkedHashSet<>(m.mesh(T));
        after.retainAll(ours);
        assertThat(after.size()).isGreaterThanOrEqualTo(2);
        assertThat(inbound.size()).isBetween(3, 6);
    }

    @Test
    void aFullMeshTakesOnlyWhomWeConnectedTo() {
        Overlay o = new Overlay(3, 2, 4, 2, 1, 3, 0.25);
        Net.Member m = net.member(GossipConfig.builder().overlay(o).build());
        m.hear(T);
        for (int i = 0; i < 4; i++) net.puppet().meet(m).subscribe(T).graft(T);
        assertThat(m.mesh(T)).hasSize(4);
        Puppet late = net.puppet().meet(m).subscribe(T).graft(T);
        assertThat(late.prunes()).hasSize(1);
        Puppet ours = net.puppet().met(m).subscribe(T).graft(T);
        assertThat(m.mesh(T)).contains(ours.id()).doesNotContain(late.id());
    }
}
