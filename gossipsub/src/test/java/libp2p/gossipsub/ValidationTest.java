package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of messages: go-libp2p-pubsub's validation, sign, blacklist and topic tests, and rust's of validation, in scenarios. */
class ValidationTest {
    private static final String T = Net.T;

    private final Net net = new Net();
    private final List<Callback<? super Verdict>> waiting = new ArrayList<>();
    private final TopicConfig held = Net.PLAIN.validator((node, m, done) -> waiting.add(done));

    private static final class Events implements GossipListener {
        final List<String> all = new ArrayList<>();

        @Override
        public void rejected(Message m, Rejection why) {
            all.add(why.label());
        }

        @Override
        public void undelivered(Message m) {
            all.add("undelivered");
        }

        @Override
        public void throttled(libp2p.core.identity.PeerId peer, String why) {
            all.add("throttled by " + why);
        }
    }

    private final Events events = new Events();

    private Net.Member member() {
        return net.member(GossipConfig.builder().listener(events).build());
    }

    @Test
    void aMessageIsDeliveredAndPassedOnOnlyOnceItIsFoundValid() {
        Net.Member m = member();
        m.hear(T, held);
        Puppet p = net.puppet().meet(m).subscribe(T);
        Puppet q = net.puppet().meet(m).subscribe(T).graft(T);
        p.publish(T, "a".getBytes());
        assertThat(m.heard).isEmpty();
        assertThat(q.messages).isEmpty();
        waiting.get(0).done(Verdict.ACCEPT, null);
        waiting.get(0).done(Verdict.REJECT, null); // once is all it may say
        net.world.settle();
        assertThat(m.texts).containsExactly("a");
        assertThat(q.messages).hasSize(1);
        assertThat(events.all).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aValidatorMayWorkWhereTheNodeDoesPureWorkOrOnAnExecutor(boolean apart) {
        Net n = new Net(apart, 3);
        Net.Member a = n.member();
        Net.Member b = n.member();
        List<Runnable> tasks = new ArrayList<>();
        Executor executor = tasks::add;
        a.hear("pure", Net.PLAIN.validator(Validator.pure(m -> m.dataSize() > 1 ? Verdict.ACCEPT : Verdict.REJECT)));
        a.hear("on", Net.PLAIN.validator(Validator.on(executor, m -> {
            if (m.dataSize() == 1) throw new IllegalStateException("bug of the application");
            return Verdict.ACCEPT;
        })));
        b.topic("pure", Net.PLAIN);
        b.topic("on", Net.PLAIN);
        n.connect(a, b);
        n.beats(1);
        b.publish("pure", "x");
        b.publish("pure", "good");
        assertThat(a.texts).containsExactly("good");
        b.publish("on", "y");
        b.publish("on", "fine");
        for (Runnable task : tasks) task.run();
        n.world.settle();
        assertThat(a.texts).containsExactly("good", "fine");
    }

    @Test
    void validateOverload() {
        Net.Member m = member();
        m.hear(T, held.limits(3, 1000));
        Puppet p = net.puppet().meet(m).subscribe(T);
        for (int i = 0; i < 10; i++) p.publish(T, new byte[] {(byte) i});
        assertThat(waiting).hasSize(3);
        assertThat(events.all).hasSize(7).containsOnly("validation throttled");
        for (Callback<? super Verdict> w : waiting) w.done(Verdict.ACCEPT, null);
        net.world.settle();
        assertThat(m.heard).hasSize(3);
        p.publish(T, new byte[] {42});
        assertThat(waiting).hasSize(4);
    }

    @Test
    void allTopicsTogetherHaveABoundToo() {
        Net.Member m = net.member(GossipConfig.builder().listener(events).limits(GossipLimits.DEFAULT.validations(4, 10)).build());
        m.hear("one", held);
        m.hear("two", held);
        Puppet p = net.puppet().meet(m);
        for (int i = 0; i < 5; i++) p.publish("one", new byte[] {1, (byte) i}).publish("two", new byte[] {2, (byte) i});
        assertThat(waiting).hasSize(4);
        assertThat(events.all).hasSize(6);
    }

    @Test
    void aValidatorThatSaysNothingIsNotWaitedForForEver() {
        Net.Member m = member();
        m.hear(T, held);
        Puppet p = net.puppet().meet(m).subscribe(T);
        p.publish(T, "a".getBytes());
        net.beats(59);
        assertThat(m.router().validation.validating()).isEqualTo(1);
        net.beats(3);
        assertThat(m.router().validation.validating()).isZero();
        assertThat(events.all).containsExactly("validation timed out");
        waiting.get(0).done(Verdict.ACCEPT, null);
        net.world.settle();
        assertThat(m.heard).isEmpty();
        assertThat(m.score(p.id())).isZero();
    }

    @Test
    void aVerdictThatComesAfterTheTopicWasLeftIsVoid() {
        Net.Member m = member();
        libp2p.core.Cancellable c = m.hear(T, held);
        Puppet p = net.puppet().meet(m).subscribe(T);
        p.publish(T, "a".getBytes());
        c.cancel();
        net.world.settle();
        waiting.get(0).done(Verdict.ACCEPT, null);
        net.world.settle();
        assertThat(m.heard).isEmpty();
        assertThat(m.router().validation.validating()).isZero();
    }

    @Test
    void aFailureOrABugOfTheValidatorIgnoresTheMessage() {
        Net.Member m = member();
        m.hear(T, Net.PLAIN.score(TopicScoreParams.DEFAULT).validator((node, msg, done) -> done.done(null, CloseReason.CANCELLED)));
        Puppet p = net.puppet().meet(m).subscribe(T);
        p.publish(T, "a".getBytes());
        assertThat(events.all).containsExactly("validation ignored");
        assertThat(m.score(p.id())).isZero();
    }

    @Test
    void aForgedSignatureIsPunishedAndDoesNotKeepTheMessageOut() {
        Net.Member m = member();
        Net.Member author = net.member();
        m.hear(T, TopicConfig.SIGNED.score(TopicScoreParams.NONE.invalid(-1, 0.9)));
        author.topic(T, TopicConfig.SIGNED);
        Puppet p = net.puppet().meet(m).subscribe(T);
        Message[] made = {null};
        author.run(() -> author.router().publishing.make(author.state(T), "true".getBytes(), (msg, f) -> made[0] = msg));
        Message forged = Message.make(T, "false".getBytes(), made[0].fromBytes(), made[0].seqnoBytes(), made[0].signature(), null, p.id(),
                0, RpcLimits.DEFAULT);
        p.say(forged.frame());
        assertThat(events.all).containsExactly("invalid signature");
        assertThat(m.score(p.id())).isEqualTo(-1);
        p.say(made[0].frame());
        assertThat(m.texts).containsExactly("true");
    }

    @Test
    void eachTopicHasItsOwnPolicy() {
        Net.Member a = member();
        Net.Member b = net.member();
        a.hear("signed", TopicConfig.SIGNED);
        a.hear("plain", Net.PLAIN);
        b.topic("signed", TopicConfig.SIGNED);
        b.topic("plain", Net.PLAIN);
        net.connect(a, b);
        net.beats(1);
        b.publish("signed", "1");
        b.publish("plain", "2");
        assertThat(a.texts).containsExactly("1", "2");
        Puppet p = net.puppet().meet(a);
        p.say(Message.make("signed", new byte[1], null, null, null, null, p.id(), 0, RpcLimits.DEFAULT).frame());
        p.say(Message.make("plain", new byte[1], p.id().bytes(), new byte[8], null, null, p.id(), 0, RpcLimits.DEFAULT).frame());
        p.say(Message.make("plain", new byte[1], null, null, new byte[64], null, p.id(), 0, RpcLimits.DEFAULT).frame());
        assertThat(events.all).containsExactly("missing signature", "unexpected auth info", "unexpected signature");
    }

    @Test
    void whoClaimsToBeUsIsPunishedAndOurOwnMessageComingBackIsACopy() {
        Net.Member m = member();
        m.hear(T, TopicConfig.SIGNED.score(TopicScoreParams.NONE.invalid(-1, 0.9)));
        Puppet p = net.puppet().meet(m).subscribe(T);
        m.publish(T, "mine");
        p.say(p.messages.get(0).frame());
        assertThat(m.score(p.id())).isZero();
        p.say(Message.make(T, new byte[1], m.id().bytes(), new byte[8], new byte[64], null, p.id(), 0, RpcLimits.DEFAULT).frame());
        assertThat(events.all).containsExactly("self originated message");
        assertThat(m.score(p.id())).isEqualTo(-1);
    }

    @Test
    void blacklist() {
        Net.Member a = member();
        Net.Member b = net.member();
        Net.Member c = net.member();
        net.hear(T, TopicConfig.SIGNED);
        net.connect(a, b);
        net.connect(b, c);
        net.beats(2);
        a.gossip.blacklist(c.id(), true);
        net.world.settle();
        c.publish(T, "by the blacklisted");
        assertThat(b.texts).hasSize(1);
        assertThat(a.texts).isEmpty();
        assertThat(events.all).containsExactly("blacklisted source");
        a.gossip.blacklist(b.id(), true);
        b.publish(T, "from the blacklisted");
        assertThat(a.texts).isEmpty();
        assertThat(a.peer(b).ready).isFalse();
        assertThat(a.mesh(T)).isEmpty();
        a.gossip.blacklist(b.id(), false);
        net.world.settle();
        net.beats(100);
        b.publish(T, "forgiven");
        assertThat(a.texts).contains("forgiven");
        a.publish(T, "both ways");
        assertThat(b.texts).contains("both ways");
    }

    @Test
    void whatIsTooLargeIsIgnoredAndNotPublished() {
        Net.Member m = member();
        m.hear(T, Net.PLAIN.limits(10, 100));
        Puppet p = net.puppet().meet(m).subscribe(T);
        p.publish(T, new byte[101]);
        assertThat(events.all).containsExactly("validation ignored");
        assertThat(m.publishFails(T, new byte[101]).kind()).isEqualTo(CloseReason.Kind.REFUSED);
        m.hear("large", Net.PLAIN);
        assertThat(m.publishFails("large", new byte[1 << 20]).kind()).isEqualTo(CloseReason.Kind.REFUSED);
        assertThat(m.publish("large", new byte[(1 << 20) - 2000]).id()).isNotNull();
    }

    @Test
    void anOldMessageExpires() {
        Net.Member a = member();
        Net.Member b = net.member();
        a.hear(T, TopicConfig.SIGNED.expiry(10_000_000_000L));
        b.topic(T, TopicConfig.SIGNED);
        Message[] made = {null};
        b.run(() -> b.router().publishing.make(b.state(T), "old".getBytes(), (m, f) -> made[0] = m));
        Puppet p = net.puppet().meet(a).subscribe(T);
        net.beats(11);
        p.say(made[0].frame());
        assertThat(events.all).containsExactly("expired");
        b.run(() -> b.router().publishing.make(b.state(T), "new".getBytes(), (m, f) -> made[0] = m));
        p.say(made[0].frame());
        assertThat(a.texts).containsExactly("new");
    }

    @Test
    void aSlowListenerLosesMessagesAndNobodyElseDoes() {
        Net.Member m = member();
        List<Runnable> tasks = new ArrayList<>();
        m.topic(T, Net.PLAIN).subscribe(tasks::add, x -> {});
        m.hear(T);
        Puppet p = net.puppet().meet(m).subscribe(T);
        for (int i = 0; i < GossipLimits.DEFAULT.deliveriesMax() + 10; i++) p.publish(T, new byte[] {(byte) i, (byte) (i >> 8)});
        assertThat(events.all).hasSize(10).containsOnly("undelivered");
        assertThat(m.heard).hasSize(GossipLimits.DEFAULT.deliveriesMax() + 10);
        for (Runnable t : tasks) t.run();
        net.world.settle();
        p.publish(T, "again".getBytes());
        assertThat(events.all).hasSize(10);
    }

    @Test
    void theGaterDropsWhatComesFromSourcesOfInvalidMessagesWhileValidationIsOverloaded() {
        Net.Member m = net.member(GossipConfig.builder().listener(events).gater(GaterParams.DEFAULT).build());
        m.hear(T, held.limits(5, 1000));
        Puppet bad = net.puppet().meet(m).subscribe(T);
        Puppet good = net.puppet().meet(m).subscribe(T);
        for (int i = 0; i < 5; i++) bad.publish(T, new byte[] {1, (byte) i});
        for (Callback<? super Verdict> w : waiting) w.done(Verdict.REJECT, null);
        net.world.settle();
        waiting.clear();
        for (int i = 0; i < 100; i++) bad.publish(T, new byte[] {2, (byte) i});
        assertThat(events.all).contains("throttled by gater");
        for (Callback<? super Verdict> w : waiting) w.done(Verdict.IGNORE, null);
        net.world.settle();
        int before = waiting.size();
        good.publish(T, "fine".getBytes());
        assertThat(waiting).hasSize(before + 1);
    }
}
