package libp2p.wired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.OpenOptions;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Security;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.identify.Identify;
import libp2p.multiformats.Nullable;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many times the link's latency passes before the first byte of an answer is there, counted in virtual time. */
class RoundTripsTest {
    private static final long LATENCY = 1_000_000_000L;
    private static final long ROUND_TRIP = 2 * LATENCY;

    private final World world = new World(new BouncyCastleCrypto()).wired(new Yamux());

    /** The same under another name, so that there is something to choose from. */
    private record Renamed(Security security, String id) implements Security {
        @Override
        public Handshake begin(Context context, Runnable ready) {
            return security.begin(context, ready);
        }
    }

    /** Dials, and asks for an echo as soon as there is a connection. */
    private Caller ask() {
        Swarm alice = world.node();
        Swarm bob = world.node(new Echo());
        world.network().latency(LATENCY);
        return ask(alice, bob);
    }

    private Caller ask(Swarm alice, Swarm bob) {
        Caller caller = new Caller().send(new byte[32]);
        alice.loop().execute(
                () -> alice.dial(Dial.to(world.address(bob), bob.identity().id()), (c, failure) -> opened(caller, c, failure)));
        return caller;
    }

    private static void opened(Caller caller, @Nullable Connection connection, @Nullable CloseReason failure) {
        if (connection == null) throw new AssertionError(String.valueOf(failure));
        connection.open(List.of(Echo.ID), OpenOptions.DEFAULT, caller);
    }

    @Test
    void theFirstByteOfAnAnswerComesInTheThirdRoundTripTcpIncluded() {
        Caller caller = ask();
        world.advance(3 * ROUND_TRIP - 1);
        assertThat(caller.received()).isEmpty();
        world.advance(1);
        assertThat(caller.received()).hasSize(32);
    }

    private static void assertAnswered(World world, Caller caller, int roundTrips) {
        world.advance(roundTrips * ROUND_TRIP - 1);
        assertThat(caller.received()).isEmpty();
        world.advance(1);
        assertThat(caller.received()).hasSize(32);
    }

    @Test
    void aChoiceOfSecurityProtocolsTakesNoRoundTripMore() {
        world.offering(noise -> List.of(new Renamed(noise, "/noise-too"), noise));
        assertAnswered(world, ask(), 3);
    }

    @Test
    void aPeerThatLacksOurFirstSecurityProtocolTakesAnotherConnectionTheFirstTimeAndNothingMoreThenOn() {
        Swarm bob = world.node(new Echo());
        world.offering(noise -> List.of(new Renamed(noise, "/noise-too"), noise));
        Swarm alice = world.node();
        world.network().latency(LATENCY);
        assertAnswered(world, ask(alice, bob), 2 + 5); // TCP, not that one; TCP, multistream, not that one, Noise, the echo
        assertThat(world.network().dials()).hasSize(2);
        alice.connections().get(0).close(CloseReason.CANCELLED);
        world.advance(ROUND_TRIP);
        assertAnswered(world, ask(alice, bob), 3);
        assertThat(world.network().dials()).hasSize(3);
    }

    @Test
    void onAConnectionThatIsThereAStreamsAnswerTakesOneRoundTrip() {
        Swarm alice = world.node();
        Swarm bob = world.node(new Echo());
        world.network().latency(LATENCY);
        World.Result<Connection> made = new World.Result<>();
        alice.loop().execute(() -> alice.dial(Dial.to(world.address(bob), bob.identity().id()), made));
        world.advance(10 * ROUND_TRIP);
        Caller caller = world.open(made.value(), Echo.ID).send(new byte[32]);
        world.advance(ROUND_TRIP - 1);
        assertThat(caller.received()).isEmpty();
        world.advance(1);
        assertThat(caller.received()).hasSize(32);
    }

    @ParameterizedTest
    @CsvSource({"true,1", "false,2"})
    void ofSeveralIdsTheFirstTakesOneRoundTripIfThePeerHasToldItAndTwoElse(boolean told, int roundTrips) {
        Swarm alice = world.node(new Identify());
        Swarm bob = told ? world.node(new Echo(), new Identify()) : world.node(new Echo());
        world.network().latency(LATENCY);
        World.Result<Connection> made = new World.Result<>();
        alice.loop().execute(() -> alice.dial(Dial.to(world.address(bob), bob.identity().id()), made));
        world.advance(20 * ROUND_TRIP);
        Caller caller = new Caller().send(new byte[32]);
        made.value().open(List.of(Echo.ID, "/echo/0.9.0"), OpenOptions.DEFAULT, caller);
        world.advance(roundTrips * ROUND_TRIP - 1);
        assertThat(caller.received()).isEmpty();
        world.advance(1);
        assertThat(caller.received()).hasSize(32);
    }

    @Test
    void aPeerThatNoLongerAnswersWhatItToldIsSaidSo() {
        Swarm alice = world.node(new Identify());
        Swarm bob = world.node(new Identify(Identify.Params.DEFAULT));
        Cancellable answering = bob.handle("/a/2", s -> new Caller());
        bob.handle("/a/1", s -> new Caller());
        World.Result<Connection> made = new World.Result<>();
        alice.loop().execute(() -> alice.dial(Dial.to(world.address(bob), bob.identity().id()), made));
        world.settle();
        answering.cancel();
        world.settle(); // the push that tells so comes a second later
        Caller caller = new Caller();
        made.value().open(List.of("/a/2", "/a/1"), OpenOptions.DEFAULT, caller);
        world.settle();
        assertThat(caller.closed().kind()).isEqualTo(CloseReason.Kind.UNSUPPORTED);
        world.advanceSeconds(2);
        Caller again = new Caller();
        made.value().open(List.of("/a/2", "/a/1"), OpenOptions.DEFAULT, again);
        world.settle();
        assertThat(again.isOpen()).isTrue();
    }
}
