package libp2p.messages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.node.Messages;
import libp2p.core.node.Swarm;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesTest {
    private static final long NEVER = Long.MAX_VALUE;
    private static final String K = "k".repeat(1024);

    private static Messages.Params bounds(int frames, int transit, int credit) {
        Messages.Lane lane = new Messages.Lane(frames, 1 << 20);
        return new Messages.Params(1 << 20, List.of(lane, lane), transit, credit, 3, 100_000_000L);
    }

    private static World world(boolean apart) {
        return new World(new BouncyCastleCrypto()).apart(apart);
    }

    private static final class Pair {
        final World world;
        final Lines one;
        final Lines two;
        final Swarm first;
        final Swarm second;
        final Connection connection;
        final PeerId peer;

        Pair(boolean apart, Lines one, Lines two) {
            world = world(apart);
            this.one = one;
            this.two = two;
            first = world.node(one);
            second = world.node(two);
            connection = world.connect(first, second);
            peer = second.identity().id();
        }

        void first(Runnable task) {
            first.loop().execute(task);
            world.settle();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messagesArriveInOrderBothWays(boolean apart) {
        Pair p = new Pair(apart, new Lines(), new Lines());
        p.first(() -> {
            for (int i = 0; i < 100; i++) assertThat(p.one.say(p.peer, "m" + i)).isTrue();
        });
        p.second.loop().execute(() -> p.two.say(p.first.identity().id(), "back"));
        p.world.settle();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) all.add("m" + i);
        assertThat(p.two.heard).isEqualTo(all);
        assertThat(p.one.heard).containsExactly("back");
        assertThat(p.one.events).containsExactlyInAnyOrder("ready " + Lines.ID, "inbound");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMessageMayArriveInPiecesAndBeLargerThanWindowAndTransit(boolean apart) {
        World w = world(apart);
        w.network().cut(7).window(100);
        Lines one = new Lines();
        Lines two = new Lines();
        Swarm a = w.node(one);
        Swarm b = w.node(two);
        w.connect(a, b);
        String large = "x".repeat(200_000);
        a.loop().execute(() -> {
            one.say(b.identity().id(), large);
            one.say(b.identity().id(), "after");
        });
        w.settle();
        assertThat(two.heard).containsExactly(large, "after");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendSaysNoWhenTheLaneIsFullAndTheOtherLaneStillTakes(boolean apart) {
        Pair p = new Pair(apart, new Lines(bounds(10, 2048, 1 << 20), s -> s), new Lines());
        p.first(() -> {
            int taken = 0;
            while (p.one.messages.send(p.peer, Lines.frame(K), 1, null, NEVER)) taken++;
            assertThat(taken).isEqualTo(10);
            assertThat(p.one.messages.waiting(p.peer)).isEqualTo(10);
            assertThat(p.one.messages.send(p.peer, Lines.frame("control"), 0, null, NEVER)).isTrue();
        });
        assertThat(p.two.heard).hasSize(11);
        assertThat(p.two.heard.get(0)).isEqualTo("control");
        assertThat(p.one.messages.waiting(p.peer)).isZero();
        assertThat(p.one.messages.waitingBytes(p.peer)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatDoesNotReadCostsNoMoreThanItsOutbox(boolean apart) {
        World w = world(apart);
        w.network().window(4096);
        Lines one = new Lines(bounds(50, 4096, 1 << 20), s -> s);
        Swarm a = w.node(one);
        Swarm b = w.node(World.RECKLESS, new Deaf());
        w.connect(a, b);
        int[] taken = {0};
        for (int round = 0; round < 100; round++) {
            a.loop().execute(() -> {
                for (int i = 0; i < 1000; i++) if (one.say(b.identity().id(), K)) taken[0]++;
            });
            w.settle();
        }
        assertThat(taken[0]).isBetween(50, 60);
        assertThat(one.messages.waiting(b.identity().id())).isEqualTo(50);
    }

    @Test
    void whatWaitsIsDroppedByItsKeyAndIsTakenOnce() {
        Pair p = new Pair(true, new Lines(bounds(10, 1, 1 << 20), s -> s), new Lines());
        p.first(() -> {
            p.one.say(p.peer, "first");
            p.one.messages.send(p.peer, Lines.frame("a"), 1, "A", NEVER);
            p.one.messages.send(p.peer, Lines.frame("a again"), 1, "A", NEVER);
            p.one.messages.send(p.peer, Lines.frame("b"), 1, "B", NEVER);
            assertThat(p.one.messages.waiting(p.peer)).isEqualTo(3);
            assertThat(p.one.messages.drop(p.peer, "A")).isTrue();
            assertThat(p.one.messages.drop(p.peer, "A")).isFalse();
        });
        assertThat(p.two.heard).containsExactly("first", "b");
    }

    @Test
    void whatHasWaitedTooLongIsDropped() {
        World w = world(true);
        Lines one = new Lines();
        Lines two = new Lines();
        Swarm a = w.node(one);
        Swarm b = w.node(two);
        a.loop().execute(() -> {
            one.messages.open(b.identity().id());
            long now = one.node.loop().nanoTime();
            one.messages.send(b.identity().id(), Lines.frame("old"), 0, null, now + 1_000_000_000L);
            one.messages.send(b.identity().id(), Lines.frame("young"), 0, null, now + 60_000_000_000L);
        });
        w.settle();
        w.advanceSeconds(10);
        w.connect(a, b);
        assertThat(two.heard).containsExactly("young");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anIntakeSeesEachMessageBeforeTheHopAndMayDropIt(boolean apart) {
        Lines two = new Lines(Messages.Params.DEFAULT, s -> s.startsWith("drop") ? null : s + "");
        Pair p = new Pair(apart, new Lines(), two);
        p.first(() -> {
            p.one.say(p.peer, "one");
            p.one.say(p.peer, "drop this");
            p.one.say(p.peer, "two");
        });
        assertThat(two.heard).containsExactly("one", "two");
        assertThat(two.intakes).isEqualTo(1);
    }

    @Test
    void arrivedFramesHopWithinTheirCredit() {
        Lines two = new Lines(bounds(10, 1 << 20, 3000), s -> s);
        Pair p = new Pair(true, new Lines(bounds(1000, 1 << 20, 3000), s -> s), two);
        p.first(() -> {
            for (int i = 0; i < 500; i++) p.one.say(p.peer, K);
        });
        assertThat(two.heard).hasSize(500);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatBreaksTheRulesLosesItsStreamOnly(boolean apart) {
        Pair p = new Pair(apart, new Lines(), new Lines());
        Caller c = p.world.open(p.connection, Lines.ID);
        p.world.settle();
        c.send(Lines.frame("good")).send(Lines.frame("!"));
        p.world.settle();
        assertThat(p.two.heard).containsExactly("good");
        assertThat(c.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(c.closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
        Caller long_ = p.world.open(p.connection, Lines.ID);
        long_.send(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f});
        p.world.settle();
        assertThat(long_.closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNewerStreamOfAPeerTakesThePlaceOfTheOlder(boolean apart) {
        Pair p = new Pair(apart, new Lines(), new Lines());
        Caller older = p.world.open(p.connection, Lines.ID);
        p.world.settle();
        older.send(Lines.frame("older"));
        p.world.settle();
        Caller newer = p.world.open(p.connection, Lines.ID);
        p.world.settle();
        newer.send(Lines.frame("newer"));
        p.world.settle();
        assertThat(older.closed().code()).isEqualTo(Codes.SUPPLANTED);
        assertThat(p.two.heard).containsExactly("older", "newer");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStreamThatEndsIsOpenedAgainAFewTimes(boolean apart) {
        World w = world(apart);
        Lines one = new Lines(bounds(10, 1000, 1000), s -> s);
        Swarm a = w.node(one);
        Swarm b = w.node(new Rude());
        w.connect(a, b);
        assertThat(one.events).containsExactly("ready " + Lines.ID, "unready");
        w.advanceSeconds(60);
        assertThat(one.events).hasSize(6);
        w.connect(a, b); // another connection is another chance
        w.advanceSeconds(60);
        assertThat(one.events).hasSize(12);
        a.loop().execute(() -> assertThat(one.say(b.identity().id(), "waits for nobody")).isTrue());
        w.settle();
    }

    @Test
    void aPeerWhoseConnectionsAreAllLimitedGetsAStreamWhenAnUnlimitedOneComes() {
        World w = world(true);
        w.network().limited(true);
        Lines one = new Lines();
        Lines two = new Lines();
        Swarm a = w.node(one);
        Swarm b = w.node(two);
        w.connect(a, b);
        assertThat(one.events).isEmpty();
        w.network().limited(false);
        w.connect(a, b);
        assertThat(one.events).contains("ready " + Lines.ID);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasSentBeforeTheEndStillGoesOut(boolean apart) {
        Pair p = new Pair(apart, new Lines(), new Lines());
        World.Result<Void> stopped = new World.Result<>();
        p.first.loop().execute(() -> {
            p.one.say(p.peer, "farewell");
            p.first.stop(stopped);
        });
        p.world.settle();
        assertThat(p.two.heard).containsExactly("farewell");
        p.world.advanceSeconds(30);
        assertThat(stopped.isDone()).isTrue();
        assertThat(p.two.events).contains("closed FINISHED", "unready");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionMayEndWhileMuchIsUnderWay(boolean apart) {
        Pair p = new Pair(apart, new Lines(), new Lines());
        p.first.loop().execute(() -> {
            for (int i = 0; i < 500; i++) p.one.say(p.peer, K);
        });
        p.connection.close(CloseReason.CANCELLED);
        p.world.settle();
        assertThat(p.one.events).contains("unready");
        p.world.connect(p.first, p.second);
        p.first(() -> p.one.say(p.peer, "again"));
        assertThat(p.two.heard).endsWith("again");
    }
}
