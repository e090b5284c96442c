package libp2p.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.OpenOptions;
import libp2p.core.node.Swarm;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

/** Whole nodes over TLS in virtual time. */
class TlsWorldTest {
    private static final long LATENCY = 1_000_000_000L;
    private static final long ROUND_TRIP = 2 * LATENCY;

    private final World world = new World(Certificates.CRYPTO).wired(new Yamux()).secured(Tls::new);

    @Test
    void theFirstByteOfAnAnswerComesInTheThirdRoundTripTcpIncluded() {
        Swarm alice = world.node();
        Swarm bob = world.node(new Echo());
        Caller caller = new Caller().send(new byte[32]);
        world.network().latency(LATENCY);
        alice.loop().execute(() -> alice.dial(Dial.to(world.address(bob), bob.identity().id()), (c, failure) -> {
            if (c == null) throw new AssertionError(failure.toString());
            c.open(List.of(Echo.ID), OpenOptions.DEFAULT, caller);
        }));
        world.advance(3 * ROUND_TRIP - 1);
        assertThat(caller.received()).isEmpty();
        world.advance(1);
        assertThat(caller.received()).hasSize(32);
    }

    @Test
    void theMuxerComesOutOfTheHandshakeAndDataPasses() {
        Swarm alice = world.node();
        Swarm bob = world.node(new Echo());
        Connection made = world.connect(alice, bob);
        assertThat(made.security()).isEqualTo(Tls.ID);
        assertThat(made.muxer()).isEqualTo("/yamux/1.0.0");
        byte[] much = new byte[1 << 20];
        Caller caller = world.open(made, Echo.ID).send(much);
        world.advanceSeconds(1);
        assertThat(caller.received()).isEqualTo(much);
    }
}
