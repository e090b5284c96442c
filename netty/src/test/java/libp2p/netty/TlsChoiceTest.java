package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.net.Dial;
import libp2p.core.net.OpenOptions;
import libp2p.core.node.Swarm;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS beside Noise: how many round trips it takes, and that nobody on the way chooses for the two ends. */
class TlsChoiceTest {
    private static final long LATENCY = 1_000_000_000L;
    private static final long ROUND_TRIP = 2 * LATENCY;

    private final World world = new World(Certificates.CRYPTO).wired(new Yamux());

    @BeforeEach
    void hasLibrary() {
        assumeTrue(NativeEngines.isAvailable(), "netty-tcnative has a library for this machine");
    }

    private World offering(String which) {
        return switch (which) {
            case "noise, tls" -> world.offering(noise -> List.of(noise, new Tls(NativeEngines::new)));
            case "tls, noise" -> world.offering(noise -> List.of(new Tls(NativeEngines::new), noise));
            case "tls" -> world.offering(noise -> List.of(new Tls(NativeEngines::new)));
            default -> throw new IllegalArgumentException(which);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"noise, tls", "tls, noise", "tls"})
    void theFirstByteOfAnAnswerComesInTheThirdRoundTripTcpIncluded(String which) {
        offering(which);
        Swarm alice = world.node();
        Swarm bob = world.node(new Echo());
        Caller caller = new Caller().send(new byte[32]);
        world.network().latency(LATENCY);
        alice.loop().execute(() -> alice.dial(Dial.to(world.address(bob), bob.identity().id()), (connection, failure) -> {
            if (connection == null) throw new AssertionError(String.valueOf(failure));
            connection.open(List.of(Echo.ID), OpenOptions.DEFAULT, caller);
        }));
        world.advance(3 * ROUND_TRIP - 1);
        assertThat(caller.received()).isEmpty();
        world.advance(1);
        assertThat(caller.received()).hasSize(32);
        assertThat(alice.connections().get(0).security()).isEqualTo(which.startsWith("tls") ? Tls.ID : "/noise");
    }

    @ParameterizedTest
    @ValueSource(strings = {"noise, tls", "tls, noise"})
    void anAttackerWhoRemovesTheOneThatTheDiallerPrefersIsNoticed(String which) {
        offering(which);
        Swarm alice = world.node();
        Swarm bob = world.node();
        world.network().hiding(which.startsWith("tls") ? Tls.ID : "/noise");
        CloseReason failure = world.dial(alice, bob).failure();
        assertThat(failure.kind()).isEqualTo(CloseReason.Kind.VIOLATION);
        assertThat(failure.detail()).contains("downgrade");
        assertThat(alice.connections()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"noise, tls", "tls, noise"})
    void whoHasOnlyTlsIsNotTakenForAnAttack(String which) {
        Swarm bob = offering("tls").node();
        Swarm alice = offering(which).node();
        assertThat(world.dial(alice, bob).value().security()).isEqualTo(Tls.ID);
        assertThat(world.dial(bob, alice).value().security()).isEqualTo(Tls.ID);
    }

    @Test
    void theOrderOfTheTwoNeedNotBeTheSame() {
        Swarm bob = offering("noise, tls").node();
        Swarm alice = offering("tls, noise").node();
        assertThat(world.dial(alice, bob).value().security()).isEqualTo(Tls.ID);
        assertThat(world.dial(bob, alice).value().security()).isEqualTo("/noise");
    }
}
