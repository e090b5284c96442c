package libp2p.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.net.Connection;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every protocol survives on the streams that peers open, wherever its handlers run.
 *
 * <p>In each test a node speaks the protocol; a peer that does not behave and one that does are connected to it. Whatever the first does,
 * no bug is reported, its streams end, and the second is served.
 */
public abstract class ProtocolContract {
    /** Longer than any protocol waits for a peer that says nothing. */
    private static final int PATIENCE_SECONDS = 180;

    private static final int FLOOD = 1500;
    private static final int BULK = 4 * 1024 * 1024;

    /** The primitives. */
    protected abstract Crypto crypto();

    /** The protocol, one per call. */
    protected abstract Protocol protocol();

    /** The id that the conversation is under. */
    protected abstract String id();

    /** All that a peer says in a good conversation, before it half-closes; a few hundred bytes at most. */
    protected abstract byte[] conversation();

    /** Throws unless the peer got the right answer; {@code server} gave it, and has half-closed after it. */
    protected abstract void check(byte[] answer, Swarm server);

    /** Whether all that a peer says is answered at once; then not all of it may be read from one that takes no answers. */
    protected boolean heldByDeafPeers() {
        return false;
    }

    private final class Scene {
        final World world = new World(crypto());
        final Swarm server;
        final Swarm good;
        final Swarm bad;
        final Connection goodConnection;
        Connection badConnection;
        final int timers;

        Scene(boolean apart) {
            world.apart(apart);
            server = world.node(protocol());
            good = world.node();
            bad = world.node(World.RECKLESS);
            goodConnection = world.connect(good, server);
            badConnection = world.connect(bad, server);
            timers = world.timers();
        }

        Caller open() {
            Caller c = world.open(badConnection, id());
            world.settle();
            return c;
        }

        /** The bad peer's streams have ended, nothing is left of them, and the good peer is served. */
        void ends(Caller... callers) {
            world.settle();
            world.advanceSeconds(PATIENCE_SECONDS);
            for (Caller c : callers) assertThat(c.closed()).isNotNull();
            assertThat(world.timers()).isLessThanOrEqualTo(timers);
            converses(goodConnection);
        }

        void converses(Connection connection) {
            Caller c = world.open(connection, id());
            c.send(conversation()).finish();
            world.settle();
            assertThat(c.closed()).isEqualTo(CloseReason.FINISHED);
            check(c.received(), server);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGoodConversationIsAnswered(boolean apart) {
        Scene s = new Scene(apart);
        s.converses(s.goodConnection);
        s.converses(s.badConnection);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConversationMayBeCutAnywhere(boolean apart) {
        Scene s = new Scene(apart);
        byte[] all = conversation();
        for (int at = 0; at <= all.length; at++) {
            Caller c = s.open();
            c.send(Arrays.copyOf(all, at));
            s.world.settle();
            c.send(Arrays.copyOfRange(all, at, all.length)).finish();
            s.world.settle();
            assertThat(c.closed()).isEqualTo(CloseReason.FINISHED);
            check(c.received(), s.server);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConversationMayArriveByteByByteThroughANarrowWindow(boolean apart) {
        Scene s = new Scene(apart);
        s.world.network().cut(1).window(64); // the selection of the protocol must fit
        s.converses(s.goodConnection);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerMayFinishAnywhere(boolean apart) {
        Scene s = new Scene(apart);
        byte[] all = conversation();
        List<Caller> callers = new ArrayList<>();
        for (int at = 0; at < all.length; at++) {
            Caller c = s.open();
            c.send(Arrays.copyOf(all, at)).finish();
            s.world.settle();
            callers.add(c);
        }
        s.ends(callers.toArray(new Caller[0]));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerMayResetAnywhere(boolean apart) {
        Scene s = new Scene(apart);
        byte[] all = conversation();
        List<Caller> callers = new ArrayList<>();
        for (int at = 0; at <= all.length; at++) {
            Caller c = s.open();
            c.send(Arrays.copyOf(all, at)).reset(Codes.NONE);
            s.world.settle();
            callers.add(c);
        }
        s.ends(callers.toArray(new Caller[0]));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerMayGoAnywhere(boolean apart) {
        Scene s = new Scene(apart);
        byte[] all = conversation();
        for (int at = 0; at <= all.length; at += Math.max(1, all.length / 16)) {
            Caller c = s.open();
            c.send(Arrays.copyOf(all, at));
            s.badConnection.close(CloseReason.CANCELLED);
            s.world.settle();
            assertThat(c.closed()).isNotNull();
            s.badConnection = s.world.connect(s.bad, s.server);
        }
        s.ends();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void garbageEndsItsStreamOnly(boolean apart) {
        Scene s = new Scene(apart);
        Rng random = Rng.seeded(7);
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Caller c = s.open();
            c.send(random.bytes(1 + random.nextInt(i < 100 ? 20 : 2000))).finish();
            s.world.settle();
            callers.add(c);
        }
        s.ends(callers.toArray(new Caller[0]));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDamagedConversationEndsItsStreamOnly(boolean apart) {
        Scene s = new Scene(apart);
        Rng random = Rng.seeded(8);
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] said = conversation();
            if (said.length > 0) said[random.nextInt(said.length)] ^= (byte) (1 << random.nextInt(8));
            Caller c = s.open();
            c.send(said).finish();
            s.world.settle();
            callers.add(c);
        }
        s.ends(callers.toArray(new Caller[0]));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPeerThatTakesNothingCostsNoMoreThanItsWindows(boolean apart) {
        Scene s = new Scene(apart);
        Caller c = s.open();
        c.deaf(true);
        byte[] said = conversation();
        for (int n = 0; n < BULK; n += Math.max(1, said.length)) c.send(said.length == 0 ? new byte[1] : said);
        s.world.settle();
        if (heldByDeafPeers()) assertThat(c.unsent()).isGreaterThan(BULK / 2);
        s.converses(s.goodConnection);
        s.world.advanceSeconds(PATIENCE_SECONDS);
        c.reset(Codes.NONE);
        s.ends(c);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFloodOfStreamsDisturbsNoOtherPeer(boolean apart) {
        Scene s = new Scene(apart);
        List<Caller> callers = new ArrayList<>();
        byte[] said = conversation();
        for (int i = 0; i < FLOOD; i++) callers.add(s.world.open(s.badConnection, id()).send(Arrays.copyOf(said, said.length / 2)));
        s.world.settle();
        s.converses(s.goodConnection);
        for (Caller c : callers) c.reset(Codes.NONE);
        s.ends(callers.toArray(new Caller[0]));
        s.converses(s.badConnection);
    }
}
