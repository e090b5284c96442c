package libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Crypto;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PeerRecord;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.node.Frames;
import libp2p.core.node.Identified;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifyTest {
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

    private PeerRecord record(Swarm node, String address) {
        return new PeerRecord(node.identity().id(), 1, List.of(Multiaddr.of(address)));
    }

    private static Said agent(String name) {
        return new Said().text(Fields.AGENT, name);
    }

    // ---- who listens

    @Test
    void whoListensHearsAnswersAndPushesAfterTheNodeHasLearnedThem() {
        Swarm[] node = new Swarm[1];
        List<String> heard = new ArrayList<>();
        node[0] = world.node(new Identify(Identify.Params.DEFAULT, (connection, learned) -> {
            assertThat(node[0].loop().isCurrent()).isTrue();
            String known = node[0].peers().agent(connection.remote());
            heard.add((learned.pushed() ? "push " : "answer ") + learned.agent() + ", known as " + known);
        }));
        Swarm peer = saying(agent("one").frames());
        Connection c = world.connect(peer, node[0]);
        world.settle();
        assertThat(heard).containsExactly("answer one, known as one");
        world.open(c, Identify.PUSH_ID).send(agent("two").frames()).finish();
        world.settle();
        assertThat(heard).containsExactly("answer one, known as one", "push two, known as two");
    }

    @Test
    void whoListensHearsNothingOfAPeerThatHasGone() {
        List<Identified> heard = new ArrayList<>();
        Swarm a = world.node(new Identify(Identify.Params.DEFAULT, (connection, learned) -> heard.add(learned)));
        Swarm peer = world.node();
        peer.handle(Identify.ID, s -> new Caller()); // never says anything
        Connection c = world.connect(a, peer);
        world.settle();
        c.close(CloseReason.CANCELLED);
        world.advanceSeconds(60);
        assertThat(heard).isEmpty();
    }

    // ---- where others see us

    @Test
    void whatPeersSeeOfUsIsToldThoseThatMostNameFirst() {
        Swarm a = world.node(identify);
        Multiaddr outside = Multiaddr.of("/ip4/192.0.2.7/tcp/4001");
        Swarm one = saying(new Said().bytes(Fields.OBSERVED, Multiaddr.of("/ip4/192.0.2.9/tcp/9").bytes()).frames());
        Swarm two = saying(new Said().bytes(Fields.OBSERVED, outside.bytes()).frames());
        Swarm three = saying(new Said().bytes(Fields.OBSERVED, Multiaddr.of("/ip6/::ffff:192.0.2.7/tcp/4001").bytes()).frames());
        Connection first = world.connect(a, one);
        Connection second = world.connect(a, two);
        Connection again = world.connect(a, two); // the same peer counts once
        world.connect(a, three);
        assertThat(identify.observed().value())
                .containsExactly(new Observed(outside, 2), new Observed(Multiaddr.of("/ip4/192.0.2.9/tcp/9"), 1));
        first.close(CloseReason.CANCELLED);
        second.close(CloseReason.CANCELLED);
        world.settle();
        assertThat(identify.observed().value()).containsExactly(new Observed(outside, 2));
        again.close(CloseReason.CANCELLED);
        world.settle();
        assertThat(identify.observed().value()).containsExactly(new Observed(outside, 1));
    }

    @Test
    void noMoreThanSoManySightingsAreTold() {
        Swarm a = world.node(identify);
        for (int i = 0; i <= Sightings.TOLD_MAX; i++) {
            world.connect(a, saying(new Said().bytes(Fields.OBSERVED, Multiaddr.of("/ip4/192.0.2.9/tcp/" + (i + 1)).bytes()).frames()));
        }
        assertThat(identify.observed().value()).hasSize(Sightings.TOLD_MAX);
    }

    // ---- questions and answers

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoNodesThatConnectKnowEachOther(boolean apart) {
        world.apart(apart);
        Swarm a = world.node(identify);
        Swarm b = world.node(new Identify(Identify.Params.DEFAULT.agent("other/2")));
        Connection c = world.connect(a, b);
        PeerId peer = b.identity().id();
        world.settle();
        assertThat(a.peers().agent(peer)).isEqualTo("other/2");
        assertThat(a.peers().protocols(peer)).containsExactly(Identify.ID, Identify.PUSH_ID);
        assertThat(b.peers().agent(a.identity().id())).isEqualTo("java-libp2p/0.1.0");
        assertThat(b.peers().addresses(a.identity().id())).contains(world.address(a));
        Identified i = ask(c).value();
        assertThat(i.key()).isEqualTo(b.identity().publicKey());
        assertThat(i.addresses()).containsExactly(world.address(b));
        assertThat(i.observed()).isEqualTo(c.localAddress());
        assertThat(i.version()).isEqualTo("ipfs/0.1.0");
        PeerRecord record = PeerRecord.open(i.record(), crypto);
        assertThat(record.peer()).isEqualTo(peer);
        assertThat(record.addresses()).containsExactly(world.address(b));
        assertThat(i.record().payloadType()).containsExactly(3, 1);
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void keysOfAllTypesAreTold(KeyType type) {
        Swarm a = world.node(identify);
        Swarm b = world.node(Limits.DEFAULT, type, new Identify());
        Identified i = ask(world.connect(a, b)).value();
        assertThat(i.key().type()).isEqualTo(type);
        assertThat(i.record()).isNotNull();
    }

    @Test
    void eachConnectionIsAskedOnceAndAgainWhenWanted() {
        Swarm a = world.node(identify);
        Swarm b = saying(agent("x").frames());
        Connection one = world.connect(a, b);
        world.connect(a, b);
        assertThat(asked).hasSize(2);
        assertThat(ask(one).value().agent()).isEqualTo("x");
        assertThat(asked).hasSize(3);
        assertThat(asked).allMatch(c -> c.closed().equals(CloseReason.FINISHED));
    }

    @Test
    void aPeerThatIsOnlyKnownIsConnectedAndAskedOnce() {
        Swarm a = world.node(identify);
        Swarm b = saying(agent("x").frames());
        World.Result<Identified> result = new World.Result<>();
        a.loop().execute(() -> a.peers().add(b.identity().id(), List.of(world.address(b)), 1_000_000_000L));
        identify.identify(b.identity().id(), result);
        world.settle();
        assertThat(result.value().agent()).isEqualTo("x");
        assertThat(asked).hasSize(1);
    }

    @Test
    void aPeerThatSaysNothingTimesOutAndIsReset() {
        Swarm a = world.node(identify);
        Swarm b = world.node();
        Caller silent = new Caller();
        b.handle(Identify.ID, s -> silent);
        World.Result<Identified> result = ask(world.connect(a, b));
        world.advance(4_999_000_000L);
        assertThat(result.isDone()).isFalse();
        world.advance(2_000_000L);
        assertThat(result.failure().kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        assertThat(silent.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
    }

    @Test
    void aPeerThatTakesNoAnswerIsReset() {
        Swarm b = world.node(identify);
        world.network().window(100);
        Caller deaf = world.open(world.connect(world.node(), b), Identify.ID).deaf(true);
        world.advance(4_999_000_000L);
        assertThat(deaf.closed()).isNull();
        world.advance(2_000_000L);
        assertThat(deaf.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
    }

    @Test
    void aPeerThatDoesNotSpeakIdentifyIsSaidSoAndStays() {
        Swarm a = world.node(identify);
        Connection c = world.connect(a, world.node());
        assertThat(ask(c).failure().kind()).isEqualTo(CloseReason.Kind.UNSUPPORTED);
        assertThat(a.connections()).containsExactly(c);
    }

    @Test
    void garbageEndsTheStreamAndNotTheConnection() {
        Swarm a = world.node(identify);
        Connection c = world.connect(a, saying("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
        assertThat(ask(c).failure().kind()).isEqualTo(CloseReason.Kind.VIOLATION);
        assertThat(asked.get(0).closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
        assertThat(a.connections()).containsExactly(c);
    }

    @Test
    void aMessageThatIsTooLargeIsAViolationThatThePeerHears() {
        Swarm a = world.node(identify);
        world.connect(a, saying(new Said().bytes(99, new byte[8 * 1024]).frames()));
        assertThat(asked.get(0).closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    void tooManyMessagesAreAViolationThatThePeerHears() {
        Swarm a = world.node(identify);
        Said said = new Said();
        for (int i = 0; i < 10; i++) said.cut();
        world.connect(a, saying(said.frames()));
        assertThat(asked.get(0).closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    void nothingIsLearnedFromWhoShowsTheKeyOfAnother() {
        Swarm a = world.node(identify);
        Swarm b = saying(agent("liar").bytes(Fields.KEY, world.node().identity().publicKey().encode()).frames());
        world.connect(a, b);
        assertThat(asked.get(0).closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
        assertThat(a.peers().agent(b.identity().id())).isNull();
    }

    // ---- our own message

    @Test
    void aLargeMessageOfOursIsCutSoThatOthersReadIt() {
        Swarm a = world.node(identify);
        Swarm b = world.node(new Identify());
        for (int i = 0; i < 300; i++) b.handle("/an/application/of/ours/with/a/long/name/" + i, s -> new Caller());
        world.settle();
        Connection c = world.connect(a, b);
        assertThat(ask(c).value().protocols()).hasSize(302);
        Caller caller = world.open(c, Identify.ID);
        world.settle();
        Frames frames = new Frames(Self.MESSAGE_MAX);
        Buf in = new Buf(caller.received());
        int messages = 0;
        for (Buf f = frames.next(in); f != null; f = frames.next(in)) messages++;
        assertThat(messages).isBetween(4, Self.MESSAGES_MAX);
        assertThat(ask(c).value().record()).isNotNull();
    }

    @Test
    void whatTenMessagesDoNotHoldIsLeftOut() {
        Swarm a = world.node(identify);
        Swarm b = world.node(new Identify());
        for (int i = 0; i < 900; i++) b.handle("/" + "x".repeat(100) + i, s -> new Caller());
        world.settle();
        Connection c = world.connect(a, b);
        Identified i = ask(c).value();
        assertThat(i.addresses()).containsExactly(world.address(b));
        assertThat(i.protocols()).hasSizeBetween(300, 899);
    }

    @Test
    void nobodyIsToldItsAddressOverALimitedConnection() {
        world.network().limited(true);
        Swarm a = world.node(identify);
        Caller caller = world.open(world.connect(world.node(), a), Identify.ID);
        world.settle();
        Reading reading = new Reading(Limits.DEFAULT);
        reading.take(new Buf(caller.received()));
        world.network().limited(false);
        Connection direct = world.connect(world.node(), world.node());
        assertThat(reading.identified(direct, null, false).observed()).isNull();
    }

    @Test
    void ourOwnNameIsCleanToo() {
        assertThat(Identify.Params.DEFAULT.agent("a\nb" + "x".repeat(200)).agent()).hasSize(128).startsWith("a\ufffdb");
    }

    // ---- the defects of jvm-libp2p's identify: a snapshot of the protocols, no push, no records, nothing learned

    @Test
    void aHandlerThatIsAddedLaterIsToldToWhoAsksLater() {
        Swarm a = world.node(identify);
        Swarm b = world.node(new Identify());
        Connection c = world.connect(a, b);
        assertThat(ask(c).value().protocols()).doesNotContain("/new");
        b.handle("/new", s -> new Caller());
        world.settle();
        assertThat(ask(c).value().protocols()).contains("/new");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHandlerThatIsAddedOrRemovedIsPushed(boolean apart) {
        world.apart(apart);
        Swarm a = world.node(identify);
        Swarm b = world.node(new Identify());
        world.connect(a, b);
        world.advanceSeconds(2);
        Cancellable handler = b.handle("/new", s -> new Caller());
        world.settle();
        assertThat(a.peers().protocols(b.identity().id())).doesNotContain("/new");
        world.advanceSeconds(1);
        assertThat(a.peers().protocols(b.identity().id())).contains("/new");
        handler.cancel();
        world.advanceSeconds(2);
        assertThat(a.peers().protocols(b.identity().id())).doesNotContain("/new");
    }

    @Test
    void anAddressThatIsAddedIsPushedWithItsRecord() {
        Swarm a = world.node(identify);
        Swarm b = world.node(new Identify());
        world.connect(a, b);
        world.advanceSeconds(2);
        b.listen(Multiaddr.of("/memory/more"), (l, failure) -> {});
        world.advanceSeconds(2);
        assertThat(a.peers().addresses(b.identity().id())).contains(Multiaddr.of("/memory/more"));
        assertThat(PeerRecord.open(a.peers().record(b.identity().id()), crypto).addresses()).contains(Multiaddr.of("/memory/more"));
    }
}
