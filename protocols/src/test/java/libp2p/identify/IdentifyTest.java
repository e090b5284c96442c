package libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Crypto;
import libp2p.core.Loop;
import libp2p.core.identity.Envelope;
import libp2p.core.identity.Identity;
import libp2p.core.identity.KeyType;
import libp2p.core.identity.PeerId;
import libp2p.core.identity.PeerRecord;
import libp2p.core.identity.PublicKey;
import libp2p.core.net.Connection;
import libp2p.core.net.Limits;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
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

    private Envelope sealed(Swarm signer, PeerRecord record) {
        World.Result<Envelope> result = new World.Result<>();
        record.seal(signer.identity(), signer.loop(), result);
        world.settle();
        return result.value();
    }

    private PeerRecord record(Swarm node, String address) {
        return new PeerRecord(node.identity().id(), 1, List.of(Multiaddr.of(address)));
    }

    private static Said agent(String name) {
        return new Said().text(Fields.AGENT, name);
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

    // ---- signed records

    private Identified learned(java.util.function.Function<Swarm, byte[]> record) {
        Swarm a = world.node(identify);
        Swarm b = world.node();
        b.handle(Identify.ID, s -> new Caller().send(agent("x").bytes(Fields.RECORD, record.apply(b)).frames()).finish());
        Identified i = ask(world.connect(a, b)).value();
        assertThat(i.agent()).isEqualTo("x");
        return i;
    }

    @Test
    void theRecordOfAnotherPeerIsDropped() {
        Swarm other = world.node();
        byte[] others = sealed(other, record(other, "/ip4/6.6.6.6/tcp/6")).encode();
        assertThat(learned(b -> others).record()).isNull();
    }

    @Test
    void aRecordWithOneByteChangedIsDropped() {
        Swarm a = world.node(identify);
        Swarm b = world.node();
        byte[] good = sealed(b, record(b, "/ip4/1.2.3.4/tcp/5")).encode();
        byte[] said = agent("x").bytes(Fields.RECORD, good).frames();
        boolean[] kept = new boolean[said.length];
        int[] at = {0};
        b.handle(Identify.ID, s -> {
            byte[] changed = java.util.Arrays.copyOf(said, said.length);
            if (at[0] >= 0) changed[said.length - 1 - at[0]] ^= 1;
            return new Caller().send(changed).finish();
        });
        world.settle();
        Connection c = world.connect(a, b);
        for (at[0] = 0; at[0] < 64; at[0]++) { // the signature comes last
            Identified i = ask(c).value();
            assertThat(i.record()).as("byte %d from the end", at[0]).isNull();
        }
        at[0] = -1;
        assertThat(ask(c).value().record().encode()).isEqualTo(good);
        assertThat(kept).doesNotContain(true);
    }

    @Test
    void aRecordInTheDialectOfTheRfcIsTaken() {
        Swarm a = world.node(identify);
        Swarm b = world.node();
        World.Result<Envelope> sealed = new World.Result<>();
        Envelope.seal(
                b.identity(), "libp2p-routing-state", "/libp2p/routing-state-record".getBytes(StandardCharsets.UTF_8),
                record(b, "/ip4/1.2.3.4/tcp/5").encode(), b.loop(), sealed);
        world.settle();
        byte[] said = new Said().bytes(Fields.RECORD, sealed.value().encode()).frames();
        b.handle(Identify.ID, s -> new Caller().send(said).finish());
        world.settle();
        assertThat(ask(world.connect(a, b)).value().record()).isEqualTo(sealed.value());
    }

    @Test
    void ourRecordIsSignedAnewOnlyWhenOurAddressesChange() {
        Swarm a = world.node(identify);
        Swarm b = world.node(new Identify());
        Connection c = world.connect(a, b);
        Envelope first = ask(c).value().record();
        assertThat(ask(c).value().record()).isEqualTo(first);
        b.handle("/new", s -> new Caller());
        world.settle();
        assertThat(ask(c).value().record()).isEqualTo(first);
        b.listen(Multiaddr.of("/memory/more"), (l, failure) -> {});
        world.settle();
        Identified after = ask(c).value();
        assertThat(after.addresses()).hasSize(2);
        PeerRecord record = PeerRecord.open(after.record(), crypto);
        assertThat(record.addresses()).hasSize(2);
        assertThat(record.newerThan(PeerRecord.open(first, crypto))).isTrue();
        assertThat(record.seq()).isGreaterThanOrEqualTo(World.EPOCH_MILLIS);
    }

    @Test
    void aSignerThatNeverSignsDelaysTheAnswerButDoesNotPreventIt() {
        Swarm ghost = world.node();
        Identity never = new Identity() {
            @Override
            public PeerId id() {
                return ghost.identity().id();
            }

            @Override
            public PublicKey publicKey() {
                return ghost.identity().publicKey();
            }

            @Override
            public Cancellable sign(byte[] message, Loop home, Callback<? super byte[]> done) {
                return () -> home.execute(() -> done.done(null, CloseReason.CANCELLED));
            }
        };
        Swarm a = world.node(identify);
        Swarm b = world.node(Limits.DEFAULT, never, new Identify());
        World.Result<Identified> result = ask(world.connect(a, b));
        world.advanceSeconds(5);
        assertThat(result.value().record()).isNull();
        assertThat(result.value().protocols()).contains(Identify.ID);
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
