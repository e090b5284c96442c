package libp2p.wired;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Connection;
import libp2p.core.node.PeerBook;
import libp2p.core.node.Swarm;
import libp2p.core.wire.yamux.Yamux;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

/** What a node keeps of other peers' addresses, and for how long. Its bounds: DialLimitsTest. */
class PeerBookTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Multiaddr HERE = Multiaddr.of("/ip4/203.0.113.1/tcp/1");
    private static final Multiaddr ELSEWHERE = Multiaddr.of("/ip4/203.0.113.2/tcp/1");

    private final World world = new World(new BouncyCastleCrypto()).wired(new Yamux());
    private final Swarm node = world.node();
    private final Swarm other = world.node();
    private final PeerId peer = other.identity().id();

    @Test
    void anAddressIsForgottenWhenItsTimeIsOver() {
        node.peers().add(peer, List.of(HERE), 10 * SECOND);
        node.peers().add(peer, List.of(ELSEWHERE), PeerBook.FOR_EVER);
        world.advance(10 * SECOND - 1);
        assertThat(node.peers().addresses(peer)).containsExactly(HERE, ELSEWHERE);
        world.advance(1);
        assertThat(node.peers().addresses(peer)).containsExactly(ELSEWHERE);
    }

    @Test
    void anAddressSaidAgainIsKeptOnceForAsLongAsTheLaterSays() {
        node.peers().add(peer, List.of(HERE, HERE), 10 * SECOND);
        node.peers().add(peer, List.of(Multiaddr.of(HERE + "/p2p/" + peer)), 20 * SECOND);
        node.peers().add(peer, List.of(HERE), 5 * SECOND);
        assertThat(node.peers().addresses(peer)).containsExactly(HERE);
        world.advance(19 * SECOND);
        assertThat(node.peers().addresses(peer)).containsExactly(HERE);
        world.advance(SECOND);
        assertThat(node.peers().addresses(peer)).isEmpty();
    }

    @Test
    void whatIsKnownOfAPeerLastsWhileItIsConnectedAndAWhileLonger() {
        Connection c = world.connect(node, other);
        Multiaddr there = c.remoteAddress();
        world.advance(2 * PeerBook.TOLD_NANOS);
        assertThat(node.peers().addresses(peer)).containsExactly(there);
        c.close(CloseReason.CANCELLED);
        world.advance(PeerBook.RECENT_NANOS - 1);
        assertThat(node.peers().addresses(peer)).containsExactly(there);
        world.advance(1);
        assertThat(node.peers().addresses(peer)).isEmpty();
    }
}
