package libp2p.ping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Rng;
import libp2p.core.net.Connection;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Nullable;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PingTest {
    private final World world = new World(new BouncyCastleCrypto());
    private final Ping ping = new Ping();

    /** A peer's end of our ping stream, which does with a ping what the test says. */
    private static class Answerer implements StreamHandler {
        int streams;
        int open;
        int openMost;
        @Nullable CloseReason closed;
        final List<byte[]> pings = new ArrayList<>();
        @Nullable Stream stream;

        @Override
        public void onOpen(Stream s) {
            stream = s;
            streams++;
            open++;
            openMost = Math.max(openMost, open);
        }

        @Override
        public void onData(Stream s, Buf data) {
            byte[] said = data.takeAll();
            pings.add(said);
            answer(s, said);
        }

        void answer(Stream s, byte[] said) {
            s.write(new Buf(said));
        }

        @Override
        public void onFinish(Stream s) {
            s.finish();
        }

        @Override
        public void onClose(@Nullable Stream s, CloseReason reason) {
            open--;
            closed = reason;
        }
    }

    private Swarm answering(Answerer answerer) {
        Swarm node = world.node();
        node.handle(Ping.ID, s -> answerer);
        world.settle();
        return node;
    }

    private World.Result<Long> ping(Connection c) {
        World.Result<Long> result = new World.Result<>();
        ping.ping(c, result);
        return result;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoNodesPingEachOther(boolean apart) {
        world.apart(apart);
        Ping other = new Ping();
        Swarm a = world.node(ping);
        Swarm b = world.node(other);
        Connection c = world.connect(a, b);
        World.Result<Long> there = ping(c);
        World.Result<Long> back = new World.Result<>();
        other.ping(a.identity().id(), back);
        world.settle();
        assertThat(there.value()).isZero();
        assertThat(back.value()).isZero();
    }

    @Test
    void aPeerThatIsOnlyKnownIsConnectedFirst() {
        Swarm a = world.node(ping);
        Swarm b = world.node(new Ping());
        a.peers().add(b.identity().id(), List.of(world.address(b)), 1_000_000_000L);
        World.Result<Long> result = new World.Result<>();
        ping.ping(b.identity().id(), result);
        world.settle();
        assertThat(result.value()).isZero();
    }

    @Test
    void aPeerThatNobodyKnowsCannotBePinged() {
        world.node(ping);
        Swarm stranger = world.node();
        World.Result<Long> result = new World.Result<>();
        ping.ping(stranger.identity().id(), result);
        world.settle();
        assertThat(result.failure().kind()).isEqualTo(CloseReason.Kind.UNREACHABLE);
    }

    @Test
    void theRoundTripIsMeasured() {
        Answerer late = new Answerer() {
            @Override
            void answer(Stream s, byte[] said) {
                s.loop().schedule(250_000_000L, () -> s.write(new Buf(said)));
            }
        };
        Swarm a = world.node(ping);
        World.Result<Long> result = ping(world.connect(a, answering(late)));
        world.advanceSeconds(1);
        assertThat(result.value()).isEqualTo(250_000_000L);
    }

    @Test
    void pingsToOnePeerShareOneStreamAndGoOneAfterTheOther() {
        Answerer answerer = new Answerer();
        Swarm a = world.node(ping);
        Connection c = world.connect(a, answering(answerer));
        List<World.Result<Long>> results = new ArrayList<>();
        for (int i = 0; i < 20; i++) results.add(ping(c));
        world.settle();
        for (World.Result<Long> r : results) assertThat(r.value()).isZero();
        assertThat(answerer.streams).isEqualTo(1);
        assertThat(answerer.pings).hasSize(20).allMatch(p -> p.length == Ping.SIZE);
        assertThat(answerer.pings.get(0)).isNotEqualTo(answerer.pings.get(1));
    }

    @Test
    void theStreamIsFinishedWhenNoPingFollows() {
        Answerer answerer = new Answerer();
        Swarm a = world.node(ping);
        Connection c = world.connect(a, answering(answerer));
        ping(c);
        world.advanceSeconds(4);
        assertThat(answerer.open).isEqualTo(1);
        world.advanceSeconds(2);
        assertThat(answerer.closed).isEqualTo(CloseReason.FINISHED);
        World.Result<Long> again = ping(c);
        world.settle();
        assertThat(again.value()).isZero();
        assertThat(answerer.streams).isEqualTo(2);
    }

    @Test
    void twoConnectionsToOnePeerDoNotPingAtOnce() {
        Answerer answerer = new Answerer();
        Swarm a = world.node(ping);
        Swarm b = answering(answerer);
        Connection one = world.connect(a, b);
        Connection two = world.connect(a, b);
        List<World.Result<Long>> results = List.of(ping(one), ping(two), ping(one), ping(two));
        world.settle();
        for (World.Result<Long> r : results) assertThat(r.value()).isZero();
        assertThat(answerer.openMost).isLessThanOrEqualTo(2);
    }

    @Test
    void aPingWithoutAnAnswerTimesOutAndResetsItsStream() {
        Answerer silent = new Answerer() {
            @Override
            void answer(Stream s, byte[] said) {}
        };
        Swarm a = world.node(ping);
        World.Result<Long> result = ping(world.connect(a, answering(silent)));
        world.advance(9_999_000_000L);
        assertThat(result.isDone()).isFalse();
        world.advance(2_000_000L);
        assertThat(result.failure().kind()).isEqualTo(CloseReason.Kind.TIMED_OUT);
        assertThat(silent.closed.kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
    }

    @Test
    void otherBytesThanWereSentAreAViolation() {
        Answerer liar = new Answerer() {
            @Override
            void answer(Stream s, byte[] said) {
                said[31] ^= 1;
                s.write(new Buf(said));
            }
        };
        Swarm a = world.node(ping);
        World.Result<Long> result = ping(world.connect(a, answering(liar)));
        world.settle();
        assertThat(result.failure().kind()).isEqualTo(CloseReason.Kind.VIOLATION);
        assertThat(liar.closed.code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    void moreBytesThanWereSentAreAViolation() {
        Answerer generous = new Answerer() {
            @Override
            void answer(Stream s, byte[] said) {
                s.write(new Buf(Arrays.copyOf(said, 33)));
            }
        };
        Swarm a = world.node(ping);
        ping(world.connect(a, answering(generous)));
        world.settle();
        assertThat(generous.closed.code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    void aStreamThatThePeerHasDroppedMeanwhileIsReplacedOnce() {
        Answerer answerer = new Answerer() {
            @Override
            void answer(Stream s, byte[] said) {
                s.write(new Buf(said));
                if (streams == 1) s.reset(Codes.NONE);
            }
        };
        Swarm a = world.node(ping);
        Connection c = world.connect(a, answering(answerer));
        World.Result<Long> first = ping(c);
        World.Result<Long> second = ping(c);
        world.settle();
        assertThat(first.value()).isZero();
        assertThat(second.value()).isZero();
        assertThat(answerer.streams).isEqualTo(2);
    }

    @Test
    void aPeerThatDoesNotSpeakPingIsSaidSo() {
        Swarm a = world.node(ping);
        World.Result<Long> result = ping(world.connect(a, world.node()));
        world.settle();
        assertThat(result.failure().kind()).isEqualTo(CloseReason.Kind.UNSUPPORTED);
    }

    @Test
    void aConnectionThatEndsEndsItsPings() {
        Answerer silent = new Answerer() {
            @Override
            void answer(Stream s, byte[] said) {}
        };
        Swarm a = world.node(ping);
        Connection c = world.connect(a, answering(silent));
        World.Result<Long> result = ping(c);
        world.settle();
        c.close(CloseReason.CANCELLED);
        world.settle();
        assertThat(result.failure().kind()).isEqualTo(CloseReason.Kind.CONNECTION_CLOSED);
    }

    @Test
    void aCancelledPingCallsBackOnceAndDisturbsNoOther() {
        Answerer answerer = new Answerer();
        Swarm a = world.node(ping);
        Connection c = world.connect(a, answering(answerer));
        World.Result<Long> first = new World.Result<>();
        World.Result<Long> second = new World.Result<>();
        Cancellable one = ping.ping(c, first);
        ping.ping(c, second);
        one.cancel();
        one.cancel();
        world.settle();
        assertThat(first.failure()).isEqualTo(CloseReason.CANCELLED);
        assertThat(second.value()).isZero();
    }

    @Test
    void onePingTooManyIsRefusedAndTheOthersAreNot() {
        Answerer silent = new Answerer() {
            @Override
            void answer(Stream s, byte[] said) {}
        };
        Swarm a = world.node(ping);
        Connection c = world.connect(a, answering(silent));
        List<World.Result<Long>> results = new ArrayList<>();
        int most = Ping.Params.DEFAULT.waitingPerPeerMax() + 1; // one is out
        for (int i = 0; i < most + 1; i++) results.add(ping(c));
        world.settle();
        assertThat(results.get(most).failure().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        for (int i = 0; i < most; i++) assertThat(results.get(i).isDone()).isFalse();
    }

    // ---- the defects of jvm-libp2p's ping

    @Test
    void aPeersThirdStreamIsResetAndTheOthersGoOn() {
        Swarm b = world.node(ping);
        Connection c = world.connect(world.node(World.RECKLESS), b);
        byte[] said = new byte[Ping.SIZE];
        Caller one = world.open(c, Ping.ID).send(said);
        Caller two = world.open(c, Ping.ID).send(said);
        world.settle();
        Caller three = world.open(c, Ping.ID).send(said);
        world.settle();
        assertThat(three.closed().kind()).isEqualTo(CloseReason.Kind.PEER_RESET);
        assertThat(three.closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        one.send(said).finish();
        two.send(said);
        world.settle();
        assertThat(one.received()).hasSize(2 * Ping.SIZE);
        assertThat(two.received()).hasSize(2 * Ping.SIZE);
        Caller four = world.open(c, Ping.ID).send(said);
        world.settle();
        assertThat(four.received()).hasSize(Ping.SIZE);
    }

    @Test
    void theLimitCountsAllConnectionsOfAPeer() {
        world.apart(true);
        Swarm b = world.node(ping);
        Swarm a = world.node();
        Caller one = world.open(world.connect(a, b), Ping.ID);
        Caller two = world.open(world.connect(a, b), Ping.ID);
        Caller three = world.open(world.connect(a, b), Ping.ID);
        world.settle();
        assertThat(one.isOpen()).isTrue();
        assertThat(two.isOpen()).isTrue();
        assertThat(three.closed().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
    }

    @Test
    void onlyWholePingsAreSaidBack() {
        Swarm b = world.node(ping);
        byte[] said = Rng.seeded(3).bytes(Ping.SIZE);
        Caller caller = world.open(world.connect(world.node(), b), Ping.ID).send(Arrays.copyOf(said, 31));
        world.settle();
        assertThat(caller.received()).isEmpty();
        caller.send(Arrays.copyOfRange(said, 31, 32));
        world.settle();
        assertThat(caller.received()).isEqualTo(said);
    }

    @Test
    void aPingThatIsCutShortIsAViolation() {
        Swarm b = world.node(ping);
        Caller caller = world.open(world.connect(world.node(), b), Ping.ID).send(new byte[33]).finish();
        world.settle();
        assertThat(caller.received()).hasSize(32);
        assertThat(caller.closed().code()).isEqualTo(Codes.PROTOCOL_VIOLATION);
    }

    @Test
    void stoppingTheNodeEndsItsPings() {
        Answerer silent = new Answerer() {
            @Override
            void answer(Stream s, byte[] said) {}
        };
        Swarm a = world.node(ping);
        World.Result<Long> result = ping(world.connect(a, answering(silent)));
        world.settle();
        World.Result<Void> stopped = new World.Result<>();
        a.loop().execute(() -> a.stop(stopped));
        world.advanceSeconds(10);
        assertThat(result.isDone()).isTrue();
        assertThat(stopped.isDone()).isTrue();
    }
}
