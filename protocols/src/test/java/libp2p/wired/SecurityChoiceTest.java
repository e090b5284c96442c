package libp2p.wired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Security;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.testkit.Caller;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of several security protocols two nodes come to speak, and what an attacker between them can do about it. */
class SecurityChoiceTest {
    private static final String STRONG = "/strong";
    private static final String WEAK = "/weak";

    private final World world = new World(new BouncyCastleCrypto()).wired(new Yamux());

    /** Noise under another name. */
    private record Named(String id, Security noise) implements Security {
        @Override
        public Handshake begin(Context context, Runnable ready) {
            return noise.begin(context, ready);
        }
    }

    /** Noise as those have it who do not tell what they have on offer. */
    private record Old(String id, Security noise) implements Security {
        @Override
        public Handshake begin(Context c, Runnable ready) {
            return noise.begin(
                    new Context(c.node(), c.loop(), c.rng(), c.role(), c.expected(), c.muxers(), c.prologue(), c.certhashes()), ready);
        }
    }

    private Swarm node(String... ids) {
        return world.offering(noise -> named(noise, false, ids)).node(new Echo());
    }

    private Swarm oldNode(String... ids) {
        return world.offering(noise -> named(noise, true, ids)).node(new Echo());
    }

    private static List<Security> named(Security noise, boolean old, String... ids) {
        return List.of(ids).stream().map(id -> old ? new Old(id, noise) : (Security) new Named(id, noise)).toList();
    }

    private void assertEchoes(Connection connection) {
        Caller caller = world.open(connection, Echo.ID).send(new byte[100]).finish();
        world.settle();
        assertThat(caller.received()).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1000})
    void theFirstOfTheDiallersThatBothHaveIsSpoken(int cut) {
        world.network().cut(cut);
        Swarm alice = node(STRONG, WEAK);
        Swarm bob = node(WEAK, STRONG);
        Connection there = world.dial(alice, bob).value();
        assertThat(there.security()).isEqualTo(STRONG);
        assertEchoes(there);
        Connection back = world.dial(bob, alice).value();
        assertThat(back.security()).isEqualTo(WEAK);
        assertEchoes(back);
        assertThat(world.network().dials()).hasSize(2);
    }

    @Test
    void anAttackerWhoRemovesAProtocolIsNoticedByBothEnds() {
        Swarm alice = node(STRONG, WEAK);
        Swarm bob = node(WEAK, STRONG);
        world.network().hiding(STRONG);
        CloseReason failure = world.dial(alice, bob).failure();
        assertThat(failure.kind()).isEqualTo(CloseReason.Kind.VIOLATION);
        assertThat(failure.detail()).contains("downgrade");
        List<World.Ending> endings = world.takeEndings();
        assertThat(endings).anyMatch(e -> !e.inbound() && e.reason().detail().contains("downgrade"));
        assertThat(endings).anyMatch(e -> e.inbound() && e.reason().detail().contains("downgrade"));
        assertThat(alice.connections()).isEmpty();
        assertThat(bob.connections()).isEmpty();
        assertThat(world.network().dials()).hasSize(2); // the guess, and one more; not a third
    }

    @Test
    void anAttackerWhoBreaksGuessesOnlyChangesNothing() {
        Swarm alice = node(STRONG, WEAK);
        Swarm bob = node(STRONG, WEAK);
        int[] pipes = {0};
        world.network().pipes(pipe -> {
            if (pipes[0]++ == 0) pipe.dialer.changed(bytes -> new byte[bytes.length]);
        });
        Connection made = world.dial(alice, bob).value();
        assertThat(made.security()).isEqualTo(STRONG);
        assertEchoes(made);
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "true, true"})
    void whoDoesNotTellIsSpokenToAsBefore(boolean dialler, boolean listener) {
        Swarm alice = dialler ? oldNode(STRONG, WEAK) : node(STRONG, WEAK);
        Swarm bob = listener ? oldNode(STRONG, WEAK) : node(STRONG, WEAK);
        assertEchoes(world.dial(alice, bob).value());
        world.network().pipes(null);
        Swarm carol = listener ? oldNode(WEAK) : node(WEAK);
        assertThat(world.dial(alice, carol).value().security()).isEqualTo(WEAK);
    }

    @ParameterizedTest
    @CsvSource({"false, true, true", "true, false, true", "true, true, false"})
    void theAttackerIsNoticedByWhoIsToldAndByNobodyWhereOneSideDoesNotTell(boolean dialler, boolean listener, boolean unnoticed) {
        Swarm alice = dialler ? oldNode(STRONG, WEAK) : node(STRONG, WEAK);
        Swarm bob = listener ? oldNode(STRONG, WEAK) : node(STRONG, WEAK);
        world.network().hiding(STRONG);
        World.Result<Connection> made = world.dial(alice, bob);
        List<World.Ending> endings = world.takeEndings();
        boolean byDialler = endings.stream().anyMatch(e -> !e.inbound() && e.reason().detail().contains("downgrade"));
        boolean byListener = endings.stream().anyMatch(e -> e.inbound() && e.reason().detail().contains("downgrade"));
        assertThat(byDialler).isEqualTo(!listener);
        assertThat(byListener).isEqualTo(!dialler && unnoticed);
        assertThat(made.isFailure()).isEqualTo(!listener);
    }

    @Test
    void whoWasFoundToSpeakAnotherIsAskedForThatFirstUntilItNoLongerDoes() {
        Swarm alice = node(STRONG, WEAK);
        Swarm bob = node(WEAK);
        world.dial(alice, bob).value();
        assertThat(world.network().dials()).hasSize(2);
        world.dial(alice, bob).value();
        assertThat(world.network().dials()).hasSize(3);
        Swarm carol = node(STRONG, WEAK);
        world.dial(alice, carol).value();
        assertThat(world.network().dials()).hasSize(4);
    }

    @Test
    void ofAsManyPeersAsTheLimitSaysItIsRememberedAndTheOldestIsForgotten() {
        Swarm alice = world.offering(noise -> named(noise, false, STRONG, WEAK))
                .node(Limits.DEFAULT.with().peersKnownMax(1).build(), new Echo());
        Swarm bob = node(WEAK);
        Swarm carol = node(WEAK);
        world.dial(alice, bob).value();
        world.dial(alice, carol).value();
        assertThat(world.network().dials()).hasSize(4);
        world.dial(alice, carol).value();
        assertThat(world.network().dials()).hasSize(5);
        world.dial(alice, bob).value();
        assertThat(world.network().dials()).hasSize(7);
    }

    @Test
    void whoHasNothingInCommonIsToldSo() {
        CloseReason failure = world.dial(node(STRONG, WEAK), node("/another")).failure();
        assertThat(failure.kind()).isEqualTo(CloseReason.Kind.UNSUPPORTED);
        assertThat(world.network().dials()).hasSize(2);
    }

    @Test
    void aDialThatIsGivenUpAfterAWrongGuessEnds() {
        Swarm alice = node(STRONG, WEAK);
        Swarm bob = node(WEAK);
        world.network().latency(1_000_000_000L);
        World.Result<Connection> made = new World.Result<>();
        Cancellable[] giveUp = new Cancellable[1];
        alice.loop().execute(() -> giveUp[0] = alice.dial(Dial.to(world.address(bob), bob.identity().id()), made));
        world.advanceSeconds(3);
        world.network().silent(world.address(bob));
        world.advanceSeconds(3); // the second attempt waits for an answer that never comes
        assertThat(world.network().dials()).hasSize(2);
        giveUp[0].cancel();
        world.settle();
        assertThat(made.failure().kind()).isEqualTo(CloseReason.Kind.CANCELLED);
        world.advanceSeconds(60);
        assertThat(bob.connections()).isEmpty();
        assertThat(world.buffersLent()).isZero();
    }
}
