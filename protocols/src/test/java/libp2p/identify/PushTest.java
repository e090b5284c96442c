package libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Crypto;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Identified;
import libp2p.core.node.Swarm;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

class PushTest {
    private final Crypto crypto = new BouncyCastleCrypto();
    private final World world = new World(crypto);
    private final Identify identify = new Identify();
    private final List<Caller> asked = new ArrayList<>(); // the ends of our questions at a raw peer

    /** A peer that answers our questions with these bytes. */
    private Swarm saying(byte[] said) {
        Swarm node = world.node();
        node.handle(Identify.ID, s -> {
            Caller c = new Caller().send(said).finish();
            asked.add(c);
            return c;
        });
        world.settle();
        return node;
    }

    private World.Result<Identified> ask(Connection c) {
        World.Result<Identified> result = new World.Result<>();
        identify.identify(c, result);
        world.settle();
        return result;
    }

    private static Said agent(String name) {
        return new Said().text(Fields.AGENT, name);
    }

    // ---- pushes of ours

    /** Counts the pushes that come. */
    private static final class Pushed implements StreamHandler {
        private final boolean deaf;
        int streams;
        int open;
        int openMost;

        Pushed(boolean deaf) {
            this.deaf = deaf;
        }

        @Override
        public void onOpen(Stream s) {
            streams++;
            open++;
            openMost = Math.max(openMost, open);
        }

        @Override
        public void onData(Stream s, Buf data) {
            if (!deaf) data.skip(data.size());
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }

        @Override
        public void onClose(Stream s, CloseReason reason) {
            open--;
        }
    }

    private Swarm speakingPush(Pushed pushed) {
        Swarm node = saying(new Said().text(Fields.PROTOCOL, Identify.PUSH_ID).frames());
        node.handle(Identify.PUSH_ID, s -> pushed);
        world.settle();
        return node;
    }

    @Test
    void changesWithinASecondAreOnePush() {
        Swarm a = world.node(identify);
        Pushed pushed = new Pushed(false);
        world.connect(a, speakingPush(pushed));
        world.advanceSeconds(2);
        int before = pushed.streams;
        for (int i = 0; i < 5; i++) {
            a.handle("/new/" + i, s -> new Caller());
            world.advance(100_000_000L);
        }
        world.advanceSeconds(5);
        assertThat(pushed.streams - before).isEqualTo(1);
    }

    @Test
    void whoHasAskedSinceTheChangeIsNotPushedTo() {
        Swarm a = world.node(identify);
        Pushed pushed = new Pushed(false);
        Swarm b = speakingPush(pushed);
        world.connect(a, b);
        world.advanceSeconds(2);
        int before = pushed.streams;
        a.handle("/new", s -> new Caller());
        world.settle();
        Caller question = world.open(b.connections(a.identity().id()).get(0), Identify.ID);
        world.advanceSeconds(5);
        assertThat(question.peerFinished()).isTrue();
        assertThat(pushed.streams).isEqualTo(before);
    }

    @Test
    void manyChangesAtOnceWaitOnOneTimer() {
        Swarm a = world.node(identify);
        world.advanceSeconds(2);
        int before = world.timers();
        for (int i = 0; i < 50; i++) {
            a.handle("/new/" + i, s -> new Caller());
            world.settle();
        }
        assertThat(world.timers()).isEqualTo(before + 1);
    }

    @Test
    void aPeerWithTwoConnectionsIsToldOnce() {
        Swarm a = world.node(identify);
        Pushed pushed = new Pushed(false);
        Swarm b = speakingPush(pushed);
        world.connect(a, b);
        world.connect(a, b);
        world.advanceSeconds(2);
        int before = pushed.streams;
        a.handle("/new", s -> new Caller());
        world.advanceSeconds(5);
        assertThat(pushed.streams - before).isEqualTo(1);
    }

    @Test
    void whoDoesNotSpeakPushIsNotPushedTo() {
        Swarm a = world.node(identify);
        Pushed pushed = new Pushed(false);
        Swarm b = saying(agent("x").frames());
        b.handle(Identify.PUSH_ID, s -> pushed);
        world.settle();
        world.connect(a, b);
        a.handle("/new", s -> new Caller());
        world.advanceSeconds(5);
        assertThat(pushed.streams).isZero();
    }

    @Test
    void onlySoManyPeersArePushedToAtATimeAndAllInTheEnd() {
        Swarm a = world.node(identify);
        Pushed pushed = new Pushed(true);
        for (int i = 0; i < 40; i++) world.connect(a, speakingPush(pushed));
        world.advanceSeconds(60);
        int before = pushed.streams;
        pushed.openMost = 0;
        a.handle("/new", s -> new Caller());
        world.advanceSeconds(2);
        assertThat(pushed.open).isEqualTo(32);
        world.advanceSeconds(60);
        assertThat(pushed.openMost).isEqualTo(32);
        assertThat(pushed.streams - before).isEqualTo(40);
        assertThat(pushed.open).isZero();
    }

    // ---- pushes of others

    @Test
    void aPushThatSaysLittleLeavesTheRestAsItWas() {
        Swarm a = world.node(identify);
        Swarm b = saying(agent("old").text(Fields.PROTOCOL, "/a").frames());
        Connection c = world.connect(b, a);
        PeerId peer = b.identity().id();
        Caller push = world.open(c, Identify.PUSH_ID).send(new Said().text(Fields.PROTOCOL, "/b").frames()).finish();
        world.settle();
        assertThat(push.closed()).isEqualTo(CloseReason.FINISHED);
        assertThat(a.peers().protocols(peer)).containsExactly("/b");
        assertThat(a.peers().agent(peer)).isEqualTo("old");
        world.open(c, Identify.PUSH_ID).send(agent("new").frames()).finish();
        world.settle();
        assertThat(a.peers().protocols(peer)).containsExactly("/b");
        assertThat(a.peers().agent(peer)).isEqualTo("new");
    }

    @Test
    void aPushWithTheKeyOfAnotherChangesNothing() {
        Swarm a = world.node(identify);
        Swarm b = saying(agent("old").frames());
        Caller push = world.open(world.connect(b, a), Identify.PUSH_ID)
                .send(agent("new").bytes(Fields.KEY, a.identity().publicKey().encode()).frames()).finish();
        world.settle();
        assertThat(push.closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
        assertThat(a.peers().agent(b.identity().id())).isEqualTo("old");
    }

    @Test
    void onePushTooManyInAMinuteIsRefusedAsSuch() {
        Swarm a = world.node(identify);
        Swarm b = saying(agent("0").frames());
        Connection c = world.connect(b, a);
        for (int i = 1; i <= 60; i++) world.open(c, Identify.PUSH_ID).send(agent("" + i).frames()).finish();
        Caller more = world.open(c, Identify.PUSH_ID).send(agent("more").frames()).finish();
        world.settle();
        assertThat(more.closed().code()).isEqualTo(Codes.RATE_LIMITED);
        assertThat(a.peers().agent(b.identity().id())).isEqualTo("60");
        world.advanceSeconds(61);
        world.open(c, Identify.PUSH_ID).send(agent("later").frames()).finish();
        world.settle();
        assertThat(a.peers().agent(b.identity().id())).isEqualTo("later");
    }

    @Test
    void aPushThatStallsIsReset() {
        Swarm a = world.node(identify);
        Caller push = world.open(world.connect(world.node(), a), Identify.PUSH_ID).send(new byte[] {10});
        world.advanceSeconds(6);
        assertThat(push.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
    }

    @Test
    void oneTooManyWhoWaitForAnAnswerIsRefused() {
        Swarm a = world.node(identify);
        Swarm b = world.node();
        b.handle(Identify.ID, s -> new Caller());
        Connection c = world.connect(a, b);
        List<World.Result<Identified>> results = new ArrayList<>();
        for (int i = 0; i < 65; i++) results.add(ask(c));
        assertThat(results.get(64).failure().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(results.get(63).isDone()).isFalse();
        c.close(CloseReason.CANCELLED);
        world.settle();
        assertThat(results.get(63).isDone()).isTrue();
    }
}
