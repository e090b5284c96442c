package libp2p.wired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Limits;
import libp2p.core.net.OpenOptions;
import libp2p.core.node.Swarm;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.testkit.Caller;
import libp2p.testkit.PipePair;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

/**
 * A whole connection whose peer falls silent after each byte that it sends, as the one that dialled and as the one that was dialled: every
 * wait ends in its time with a reason, nothing stays behind, and a third is served meanwhile.
 *
 * <p>Over mplex, which has no ping, a stream that is open waits for as long as its handler wants to.
 */
class StalledConnectionTest {
    private static final byte[] SAID = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    private static final Limits LIMITS = Limits.DEFAULT.with().openNanos(5_000_000_000L).build();

    /** More than the steps of a connection's setup may take together, and more than a silent connection lives. */
    private static final int PATIENCE_SECONDS = 120;

    private final World world = new World(new BouncyCastleCrypto());
    private Swarm a;
    private Swarm b;
    private Connection third;
    private PipePair pipes;

    /** Whether all was said. */
    private boolean converse() {
        World.Result<Connection> made = new World.Result<>();
        a.loop().execute(() -> a.dial(Dial.to(world.address(b), b.identity().id()), made));
        world.settle();
        assertServed();
        for (int i = 0; i < PATIENCE_SECONDS && !made.isDone(); i++) world.advanceSeconds(1);
        assertThat(made.isDone()).isTrue();
        if (made.isFailure()) return false;
        Connection c = made.value();
        Caller choice = new Caller().send(SAID).finish(); // waits for the answer which of the two it is
        c.open(List.of("/none", Echo.ID), OpenOptions.DEFAULT, choice);
        Caller echo = world.open(c, Echo.ID).send(SAID).finish();
        world.settle();
        assertServed();
        for (int i = 0; i < PATIENCE_SECONDS && (choice.closed() == null || echo.closed() == null); i++) world.advanceSeconds(1);
        assertThat(choice.closed()).isNotNull();
        assertThat(echo.closed()).isNotNull();
        return choice.closed().equals(CloseReason.FINISHED) && echo.closed().equals(CloseReason.FINISHED);
    }

    private void assertServed() {
        Caller other = world.open(third, Echo.ID).send(SAID).finish();
        world.settle();
        assertThat(other.received()).isEqualTo(SAID);
    }

    @Test
    void whoFallsSilentAfterAnyByteIsGivenUpInTime() {
        world.wired(new Yamux()).apart(true);
        a = world.node(LIMITS);
        b = world.node(LIMITS, new Echo());
        third = world.connect(world.node(), b);
        world.network().pipes(made -> pipes = made);
        assertThat(converse()).isTrue();
        int toListener = (int) pipes.listener.received();
        int toDialer = (int) pipes.dialer.received();
        end(0);
        int timers = world.timers();

        int whole = 0;
        for (int at = 0; at < toListener + toDialer; at++) {
            int n = at;
            world.network().pipes(made -> {
                if (n < toListener) made.listener.stallAfter(n);
                else made.dialer.stallAfter(n - toListener);
            });
            boolean done = converse();
            if (done) whole++;
            else assertThat(world.takeEndings()).as("silent at %d", at).anyMatch(e -> e.reason().kind() == CloseReason.Kind.TIMED_OUT);
            end(at);
            assertThat(world.timers()).as("silent at %d of %d and %d", at, toListener, toDialer).isEqualTo(timers);
        }
        assertThat(whole).isLessThan((toListener + toDialer) / 2);
        world.network().pipes(null);
        assertThat(converse()).isTrue();
    }

    private void end(int at) {
        for (Swarm s : List.of(a, b)) for (Connection c : s.connections()) if (c.remote().equals(other(s))) c.close(CloseReason.CANCELLED);
        world.advanceSeconds(PATIENCE_SECONDS);
        assertThat(a.connections()).as("silent at %d", at).isEmpty();
        assertThat(b.connections()).as("silent at %d", at).hasSize(1);
        world.takeEndings();
    }

    private PeerId other(Swarm s) {
        return (s == a ? b : a).identity().id();
    }
}
