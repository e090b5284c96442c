package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The door: topics, publishing, relays, events; go-libp2p-pubsub's topic and subscription filter tests by their names. */
class TopicTest {
    private static final String T = Net.T;

    private final Net net = new Net();

    @Test
    void subscriptionJoinAndLeaveNotification() {
        Net.Member a = net.member();
        a.hear(T);
        List<String> events = new ArrayList<>();
        Puppet first = net.puppet().meet(a).subscribe(T);
        Cancellable c = a.topic(T, Net.PLAIN).onPeer(a.swarm.loop(), (p, joined) ->
                events.add((p.equals(first.id()) ? "first " : "second ") + joined));
        net.world.settle();
        Puppet second = net.puppet().meet(a).subscribe(T);
        second.subscribe(T); // again is no news
        second.say(second.rpc().subscription(T, false, false, false));
        first.close();
        assertThat(events).containsExactly("first true", "second true", "second false", "first false");
        c.cancel();
        second.subscribe(T);
        assertThat(events).hasSize(4);
    }

    @Test
    void topicRelay() {
        net.members(5);
        net.get(0).hear(T);
        Cancellable relay = net.get(1).topic(T, Net.PLAIN).relay();
        Cancellable relayToo = net.get(1).topic(T, Net.PLAIN).relay();
        net.get(2).hear(T);
        net.connect(net.get(0), net.get(1));
        net.connect(net.get(1), net.get(2));
        net.beats(2);
        net.get(0).publish(T, "one");
        assertThat(net.get(2).texts).containsExactly("one");
        assertThat(net.get(1).texts).isEmpty();
        relay.cancel();
        relay.cancel(); // once is enough
        net.beats(1);
        net.get(0).publish(T, "two");
        assertThat(net.get(2).texts).containsExactly("one", "two");
        relayToo.cancel();
        net.beats(1);
        net.get(0).publish(T, "three");
        assertThat(net.get(2).texts).containsExactly("one", "two");
    }

    @Test
    void topicCloseWithOpenSubscription() {
        net.members(2).hear(T).connectAll().beats(1);
        net.get(0).topic(T, Net.PLAIN).close();
        net.beats(1);
        net.get(1).publish(T, "unheard");
        assertThat(net.get(0).texts).isEmpty();
        assertThat(net.get(1).state(T).peers).isEmpty();
        assertThat(net.get(0).publishFails(T, new byte[1]).kind()).isEqualTo(CloseReason.Kind.REFUSED);
        net.get(0).hear(T); // topicReuse
        net.beats(15);
        net.get(1).publish(T, "heard");
        assertThat(net.get(0).texts).contains("heard");
    }

    @Test
    void minTopicSize() {
        Net.Member a = net.member();
        a.topic(T, Net.PLAIN);
        World.Result<PublishResult> r = new World.Result<>();
        new Topic(a.gossip, T).publish("patient".getBytes(), PublishOptions.ready(2, 10_000_000_000L), r);
        Puppet p = net.puppet().meet(a).subscribe(T);
        assertThat(r.isDone()).isFalse();
        assertThat(p.messages).isEmpty();
        Puppet q = net.puppet().meet(a).subscribe(T);
        assertThat(r.value().sent()).containsExactlyInAnyOrder(p.id(), q.id());
        assertThat(q.messages).hasSize(1);
        World.Result<PublishResult> late = new World.Result<>();
        new Topic(a.gossip, T).publish("too patient".getBytes(), PublishOptions.ready(3, 10_000_000_000L), late);
        net.beats(11);
        assertThat(late.failure().kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        assertThat(p.messages).hasSize(1);
    }

    @Test
    void publishesThatWaitAreBoundedAndEndWithTheNode() {
        Net.Member a = net.member();
        a.topic(T, Net.PLAIN);
        List<World.Result<PublishResult>> all = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            World.Result<PublishResult> r = new World.Result<>();
            all.add(r);
            new Topic(a.gossip, T).publish(new byte[] {(byte) i}, PublishOptions.ready(1, 60_000_000_000L), r);
        }
        net.world.settle();
        assertThat(all.stream().filter(World.Result::isDone)).hasSize(2);
        a.swarm.loop().execute(() -> a.swarm.stop((v, f) -> {}));
        net.world.settle();
        assertThat(all).allMatch(World.Result::isFailure);
    }

    @Test
    void publishDuplicateMessage() {
        net.members(2).hear(T).connectAll().beats(1);
        net.get(0).publish(T, "same");
        assertThat(net.get(0).publishFails(T, "same".getBytes()).detail()).isEqualTo("published before");
        assertThat(net.get(1).texts).hasSize(1);
    }

    @Test
    void aResultSaysToWhomAMessageWentAndWhoseQueueWasFull() {
        GossipLimits one = GossipLimits.DEFAULT.queues(new libp2p.core.node.Messages.Lane(2, 1 << 20), GossipLimits.DEFAULT.forwardMax(),
                GossipLimits.DEFAULT.gossipMax(),
                1_000_000_000L, 60_000_000_000L);
        Net.Member a = net.member(GossipConfig.builder().limits(one).build());
        a.hear(T);
        net.world.network().window(200);
        Puppet stalled = net.puppet();
        stalled.reads = false;
        stalled.meet(a).subscribe(T);
        net.world.network().window(1 << 20);
        Puppet good = net.puppet().meet(a).subscribe(T);
        for (int i = 0; i < 3; i++) a.publish(T, new byte[70_000 + i]);
        PublishResult r = a.publish(T, new byte[80_000]);
        assertThat(r.sent()).containsExactly(good.id());
        assertThat(r.full()).containsExactly(stalled.id());
        assertThat(a.score(stalled.id())).isNegative();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messageBatchPublish(boolean apart) {
        Net n = new Net(apart, 4).members(20).hear(T).connectSome(8).beats(2);
        List<Draft> drafts = new ArrayList<>();
        for (int i = 0; i < 50; i++) drafts.add(new Draft(T, ("part " + i).getBytes()));
        World.Result<List<PublishResult>> r = new World.Result<>();
        n.get(0).gossip.publish(drafts, PublishOptions.DEFAULT, r);
        n.beats(2);
        assertThat(r.value()).hasSize(50);
        for (int i = 1; i < 20; i++) assertThat(n.get(i).texts).hasSize(50);
    }

    @Test
    void aBatchGoesOutInTurnsAndFailsAsOne() {
        Net.Member a = net.member();
        a.hear(T);
        List<Puppet> puppets = new ArrayList<>();
        for (int i = 0; i < 4; i++) puppets.add(net.puppet().meet(a).subscribe(T));
        List<Draft> drafts = new ArrayList<>();
        for (int i = 0; i < 8; i++) drafts.add(new Draft(T, new byte[] {(byte) i}));
        World.Result<List<PublishResult>> r = new World.Result<>();
        a.gossip.publish(drafts, PublishOptions.DEFAULT, r);
        net.world.settle();
        for (PublishResult one : r.value()) assertThat(one.sent()).hasSize(4);
        // not everyone hears them in the same order: first copies go to different peers
        assertThat(puppets.stream().map(p -> p.messages.get(0).id()).distinct().count()).isGreaterThan(1);
        drafts.add(new Draft("no topic of ours", new byte[1]));
        World.Result<List<PublishResult>> no = new World.Result<>();
        a.gossip.publish(drafts, PublishOptions.DEFAULT, no);
        net.world.settle();
        assertThat(no.failure().kind()).isEqualTo(CloseReason.Kind.REFUSED);
    }

    @Test
    void withLocalPublication() {
        Net.Member a = net.member();
        a.hear(T);
        World.Result<PublishResult> r = new World.Result<>();
        new Topic(a.gossip, T).publish("echo".getBytes(), PublishOptions.DEFAULT.withEcho(), r);
        net.world.settle();
        assertThat(a.texts).containsExactly("echo");
        assertThat(r.value().sent()).isEmpty();
    }

    @Test
    void basicSubscriptionFilter() {
        Net.Member a = net.member(GossipConfig.builder().filter(SubscriptionFilter.of(t -> t.startsWith("good"))).build());
        a.hear("good one");
        Puppet p = net.puppet().meet(a).subscribe("good one").subscribe("bad one").subscribe("good two");
        World.Result<java.util.Map<PeerId, List<String>>> peers = new World.Result<>();
        a.gossip.peers(peers);
        net.world.settle();
        assertThat(peers.value().get(p.id())).containsExactly("good one", "good two");
        p.graft("bad one");
        assertThat(p.prunes()).isEmpty();
    }

    @Test
    void topicMsgIdFunctionAndAttachment() {
        MessageIds byFirstByte = m -> {
            m.attach("attached to " + new String(m.data()));
            return MessageId.of(new byte[] {m.data()[0]});
        };
        Net.Member a = net.member();
        Net.Member b = net.member();
        List<Object> attached = new ArrayList<>();
        TopicConfig config = TopicConfig.unsigned(byFirstByte).validator((node, m, done) -> {
            attached.add(m.attachment());
            done.done(Verdict.ACCEPT, null);
        });
        a.hear(T, config);
        b.topic(T, TopicConfig.unsigned(byFirstByte));
        net.connect(a, b);
        net.beats(1);
        b.publish(T, "x1");
        assertThat(b.publishFails(T, "x2".getBytes()).detail()).isEqualTo("published before");
        b.publish(T, "y");
        assertThat(a.texts).containsExactly("x1", "y");
        assertThat(attached).containsExactly("attached to x1", "attached to y");
    }

    @Test
    void subscriptionChurnForAPeerThatDoesNotReadCostsNothing() {
        net.world.network().window(200);
        Net.Member a = net.member();
        Puppet stalled = net.puppet();
        stalled.reads = false;
        stalled.meet(a);
        for (int round = 0; round < 50; round++) {
            List<Cancellable> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) all.add(a.topic("t" + round + " " + i, Net.PLAIN).relay());
            net.world.settle();
            for (Cancellable c : all) c.cancel();
            net.world.settle();
            for (int i = 0; i < 100; i++) a.topic("t" + round + " " + i, Net.PLAIN).close();
            net.world.settle();
        }
        assertThat(a.router().messages().waitingBytes(stalled.id())).isLessThan(3 << 20);
        Sayings waiting = a.peer(stalled.id()).sayings;
        assertThat(waiting == null ? 0 : waiting.topics.size()).isLessThan(5000);
        assertThat(a.router().state.topics).isEmpty();
    }

    @Test
    void controlIsNotLostBehindData() {
        GossipLimits few = GossipLimits.DEFAULT.queues(new libp2p.core.node.Messages.Lane(4, 1 << 20),
                new libp2p.core.node.Messages.Lane(4, 1 << 20),
                GossipLimits.DEFAULT.gossipMax(), 600_000_000_000L, 600_000_000_000L);
        Net.Member a = net.member(GossipConfig.builder().limits(few).build());
        Cancellable c = a.hear(T);
        net.world.network().window(2000);
        Puppet slow = net.puppet();
        slow.meet(a).subscribe(T);
        slow.reads = false;
        for (int i = 0; i < 20; i++) a.publish(T, new byte[70_000 + i]);
        a.hear("another");
        c.cancel();
        net.world.settle();
        slow.reads = true;
        slow.wake();
        net.beats(3);
        assertThat(slow.subscriptions()).contains(new Rpc.Subscription("another", true, false, false),
                new Rpc.Subscription(T, false, false, false));
        assertThat(slow.prunes()).isNotEmpty();
        int lastControl = 0;
        int lastMessage = 0;
        for (int i = 0; i < slow.heard.size(); i++) {
            if (!slow.heard.get(i).messages.isEmpty()) lastMessage = i;
            if (!slow.heard.get(i).prune.isEmpty()) lastControl = i;
        }
        assertThat(lastControl).isLessThan(lastMessage);
    }
}
