package libp2p.wired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.node.Swarm;
import libp2p.core.wire.Plaintext;
import libp2p.core.wire.mplex.Mplex;
import libp2p.core.wire.yamux.Yamux;
import libp2p.echo.Echo;
import libp2p.identify.Identify;
import libp2p.testkit.Caller;
import libp2p.testkit.PipePair;
import libp2p.testkit.World;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A whole connection, from the first byte of the selection to the end of its last stream, that breaks at each byte of either direction:
 * whoever waits for something hears of it, and nothing stays behind.
 */
class BrokenConnectionTest {
    private static final byte[] SAID = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

    private final World world = new World(new BouncyCastleCrypto());
    private Swarm a;
    private Swarm b;
    private PipePair pipes;

    /** What the two do; says whether all of it was done. */
    private boolean converse() {
        World.Result<Connection> made = new World.Result<>();
        a.loop().execute(() -> a.dial(Dial.to(world.address(b), b.identity().id()), made));
        world.settle();
        world.advanceSeconds(60); // no step waits longer
        assertThat(made.isDone()).isTrue();
        if (made.isFailure()) return false;
        Connection c = made.value();
        Caller echo = world.open(c, Echo.ID).send(SAID).finish();
        world.settle();
        world.advanceSeconds(60);
        boolean whole = echo.closed() != null && echo.received().length == SAID.length && echo.peerFinished();
        assertThat(echo.closed()).isNotNull();
        return whole && !a.connections().isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "noise,yamux,false", "noise,yamux,true", "noise,mplex,false", "noise,mplex,true", "plaintext,yamux,false", "plaintext,mplex,true"
    })
    void aConnectionThatBreaksAtAnyByteEndsForAllAndLeavesNothing(String security, String muxer, boolean apart) {
        world.wired(muxer.equals("yamux") ? new Yamux() : new Mplex()).apart(apart);
        if (security.equals("plaintext")) world.offering(noise -> List.of(new Plaintext(), noise));
        a = world.node(new Identify());
        b = world.node(new Identify(), new Echo());
        world.network().pipes(made -> pipes = made);
        assertThat(converse()).isTrue();
        int toListener = (int) pipes.listener.received();
        int toDialer = (int) pipes.dialer.received();
        pipes.dialer.breakOff();
        world.advanceSeconds(60);
        int timers = world.timers();

        int whole = 0;
        for (int at = 0; at < toListener + toDialer; at++) {
            int n = at;
            world.network().pipes(made -> {
                if (n < toListener) made.listener.breakAfter(n);
                else made.dialer.breakAfter(n - toListener);
            });
            if (converse()) whole++;
            for (Swarm s : new Swarm[] {a, b}) for (Connection c : s.connections()) c.close(CloseReason.CANCELLED);
            world.advanceSeconds(60);
            assertThat(a.connections()).as("broken at %d of %d and %d", at, toListener, toDialer).isEmpty();
            assertThat(b.connections()).as("broken at %d of %d and %d", at, toListener, toDialer).isEmpty();
            assertThat(world.timers()).as("broken at %d of %d and %d", at, toListener, toDialer).isEqualTo(timers);
        }
        assertThat(whole).isLessThan((toListener + toDialer) / 2); // most places are within what is needed
        world.network().pipes(null);
        assertThat(converse()).isTrue();
    }
}
