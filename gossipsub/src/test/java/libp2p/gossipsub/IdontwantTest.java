package libp2p.gossipsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.Callback;
import org.junit.jupiter.api.Test;

/** 1.2: go-libp2p-pubsub's Idontwant tests, by their names. */
class IdontwantTest {
    private static final String T = Net.T;
    private static final byte[] LARGE = new byte[2000];

    private final Net net = new Net();
    private final List<Callback<? super Verdict>> waiting = new ArrayList<>();
    private final TopicConfig held = Net.PLAIN.validator((node, m, done) -> waiting.add(done));

    private Puppet inMesh(Net.Member m, String... ids) {
        Puppet p = net.puppet(ids).meet(m).subscribe(T).graft(T);
        assertThat(m.mesh(T)).contains(p.id());
        return p;
    }

    @Test
    void idontwantSend() {
        Net.Member m = net.member();
        m.hear(T, held);
        Puppet p = inMesh(m);
        Puppet q = inMesh(m);
        Puppet r = inMesh(m);
        p.publish(T, LARGE); // before it is validated
        assertThat(waiting).hasSize(1);
        assertThat(q.idontwants()).containsExactly(p.message(T, LARGE).id());
        assertThat(r.idontwants()).containsExactly(p.message(T, LARGE).id());
        assertThat(p.idontwants()).isEmpty(); // noIDONTWANTToMessageSender
        assertThat(q.messages).isEmpty();
    }

    @Test
    void idontwantReceive() {
        Net.Member m = net.member();
        m.hear(T, held);
        Puppet p = inMesh(m);
        Puppet q = inMesh(m);
        p.publish(T, LARGE);
        q.say(q.rpc().idontwant(List.of(p.message(T, LARGE).id())));
        waiting.get(0).done(Verdict.ACCEPT, null);
        net.world.settle();
        assertThat(m.heard).hasSize(1);
        assertThat(q.messages).isEmpty();
    }

    @Test
    void whoSentACopyMeanwhileIsNotSentTheMessage() {
        Net.Member m = net.member();
        m.hear(T, held);
        Puppet p = inMesh(m);
        Puppet q = inMesh(m);
        Puppet r = inMesh(m);
        p.publish(T, LARGE);
        q.publish(T, LARGE);
        waiting.get(0).done(Verdict.ACCEPT, null);
        net.world.settle();
        assertThat(q.messages).isEmpty();
        assertThat(r.messages).hasSize(1);
        assertThat(waiting).hasSize(1);
    }

    @Test
    void idontwantNonMesh() {
        Net.Member m = net.member();
        m.hear(T, held);
        Puppet p = inMesh(m);
        Puppet outside = net.puppet().meet(m).subscribe(T);
        outside.say(outside.rpc().prune(T, List.of(), 60));
        p.publish(T, LARGE);
        assertThat(outside.idontwants()).isEmpty();
    }

    @Test
    void idontwantIncompat() {
        Net.Member m = net.member();
        m.hear(T, held);
        Puppet p = inMesh(m);
        Puppet old = inMesh(m, Version.V1_1.id());
        p.publish(T, LARGE);
        assertThat(old.idontwants()).isEmpty();
    }

    @Test
    void idontwantSmallMessage() {
        Net.Member m = net.member();
        m.hear(T, held);
        Puppet p = inMesh(m);
        Puppet q = inMesh(m);
        p.publish(T, new byte[1023]);
        assertThat(q.idontwants()).isEmpty();
        p.publish(T, new byte[1024]);
        assertThat(q.idontwants()).hasSize(1);
    }

    @Test
    void idontwantBeforeIwant() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = inMesh(m);
        Puppet q = net.puppet().meet(m).subscribe(T);
        q.say(q.rpc().prune(T, List.of(), 60));
        p.publish(T, LARGE);
        MessageId id = p.message(T, LARGE).id();
        q.say(q.rpc().idontwant(List.of(id)).iwant(List.of(id)));
        q.say(q.rpc().iwant(List.of(id)));
        assertThat(q.messages).hasSizeLessThanOrEqualTo(1); // the two in one RPC may be heard in either order, as go has it
        int before = q.messages.size();
        q.say(q.rpc().iwant(List.of(id)));
        assertThat(q.messages).hasSize(before);
    }

    @Test
    void idontwantClear() {
        Net.Member m = net.member();
        m.hear(T, held);
        Puppet p = inMesh(m);
        Puppet q = inMesh(m);
        q.say(q.rpc().idontwant(List.of(p.message(T, LARGE).id())));
        net.beats(5);
        p.publish(T, LARGE);
        waiting.get(0).done(Verdict.ACCEPT, null);
        net.world.settle();
        assertThat(q.messages).hasSize(1);
    }

    @Test
    void atMostTenIdsGoInOneRpcAndAThousandRpcsInAHeartbeat() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = inMesh(m);
        Puppet q = inMesh(m);
        net.beats(1);
        for (int i = 0; i < 25; i++) {
            byte[] data = LARGE.clone();
            data[0] = (byte) i;
            p.line.send(p.message(T, data).frame());
        }
        net.world.settle();
        assertThat(q.idontwants()).hasSize(25);
        for (Rpc r : q.heard) assertThat(r.idontwant.size()).isLessThanOrEqualTo(10);
        for (int i = 0; i < 1500; i++) {
            byte[] data = new byte[1024];
            data[1] = (byte) i;
            data[2] = (byte) (i >> 8);
            p.publish(T, data);
        }
        long rpcs = q.heard.stream().filter(r -> !r.idontwant.isEmpty()).count();
        assertThat(rpcs).isEqualTo(1000);
    }

    @Test
    void whatWaitsForAPeerThatDoesNotWantItIsDropped() {
        Net.Member m = net.member();
        m.hear(T);
        Puppet p = inMesh(m);
        net.world.network().window(200); // what is queued stays queued
        Puppet slow = net.puppet();
        slow.reads = false;
        slow.meet(m).subscribe(T).graft(T);
        byte[] one = LARGE.clone();
        one[1] = 1;
        p.publish(T, new byte[100_000]); // fills what is under way
        p.publish(T, one);
        long before = m.router().messages().waitingBytes(slow.id());
        slow.say(slow.rpc().idontwant(List.of(p.message(T, one).id())));
        assertThat(m.router().messages().waitingBytes(slow.id())).isLessThan(before - 1500);
    }
}
