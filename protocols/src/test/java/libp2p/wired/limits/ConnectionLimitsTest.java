package libp2p.wired.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.node.Swarm;
import libp2p.multiformats.Multiaddr;
import libp2p.testkit.RawPeer;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest extends EachLimit {

    @Test
    @Bounds("handshakesInboundMax")
    void oneHandshakeTooManyIsNotLetIn() {
        Swarm node = bounded(limits().handshakesInboundMax(3));
        List<RawPeer> begun = new ArrayList<>();
        for (int i = 0; i < 3; i++) begun.add(new RawPeer(world, node));
        RawPeer more = new RawPeer(world, node);
        assertThat(more.refused().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        begun.get(0).hangUp();
        assertThat(new RawPeer(world, node).refused()).isNull();
        world.advance(node.limits().selectNanos());
        world.connect(reckless(), node); // those who stalled have gone
    }

    @Test
    @Bounds("connectionsInboundMax")
    void oneInboundConnectionTooManyIsClosedWithTheCode() {
        Swarm node = bounded(limits().connectionsInboundMax(2));
        Connection first = world.connect(reckless(), node);
        world.connect(reckless(), node);
        assertThat(refusal(reckless(), node).code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        first.close(CloseReason.CANCELLED);
        world.settle();
        world.connect(reckless(), node);
    }

    @Test
    @Bounds("connectionsOutboundMax")
    void oneConnectionOfOursTooManyIsNotMade() {
        Swarm node = bounded(limits().connectionsOutboundMax(2));
        world.connect(node, reckless());
        world.connect(node, reckless());
        assertThat(refusal(node, reckless()).code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        assertThat(node.connections()).hasSize(2);
    }

    @Test
    @Bounds("connectionsOutboundMax")
    void attemptsCountAsWell() {
        Swarm node = bounded(limits().connectionsOutboundMax(2));
        Multiaddr silent = Multiaddr.of("/memory/silent");
        world.network().silent(silent);
        for (int i = 0; i < 2; i++) node.loop().execute(() -> node.dial(Dial.to(silent, null), new World.Result<>()));
        assertThat(refusal(node, reckless()).code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
    }

    @Test
    @Bounds("connectionsPerPeerMax")
    void oneConnectionOfAPeerTooManyIsClosedWithTheCode() {
        Swarm node = bounded(limits().connectionsPerPeerMax(2));
        Swarm peer = reckless();
        world.connect(peer, node);
        world.connect(peer, node);
        assertThat(refusal(peer, node).code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        world.connect(reckless(), node);
    }

    @Test
    @Bounds("connectionsPerAddressMax")
    void oneArrivalFromAnAddressTooManyIsNotLetIn() {
        Swarm node = bounded(limits().connectionsPerAddressMax(2));
        RawPeer begun = new RawPeer(world, node, Multiaddr.of("/ip4/203.0.113.7/tcp/1001"));
        world.network().from(Multiaddr.of("/ip4/203.0.113.7/tcp/1002"));
        Connection whole = world.connect(reckless(), node);
        Multiaddr third = Multiaddr.of("/ip4/203.0.113.7/tcp/1003");
        assertThat(new RawPeer(world, node, third).refused().code()).isEqualTo(Codes.RESOURCE_LIMIT_EXCEEDED);
        Multiaddr mapped = Multiaddr.of("/ip6/::ffff:203.0.113.7/tcp/1004");
        assertThat(new RawPeer(world, node, mapped).refused()).isNotNull();
        assertThat(new RawPeer(world, node, Multiaddr.of("/ip4/203.0.113.8/tcp/1")).refused()).isNull();

        whole.close(CloseReason.CANCELLED);
        world.settle();
        RawPeer instead = new RawPeer(world, node, third);
        assertThat(instead.refused()).isNull();
        assertThat(new RawPeer(world, node, third).refused()).isNotNull();
        begun.hangUp();
        assertThat(new RawPeer(world, node, third).refused()).isNull();
    }

    @Test
    @Bounds("connectionsPerAddressMax")
    void anIp6AddressIsOneWithItsSlash56AndLoopbackAndRelaysAreExempt() {
        Swarm node = bounded(limits().connectionsPerAddressMax(1));
        assertThat(new RawPeer(world, node, Multiaddr.of("/ip6/2001:db8:0:100::1/tcp/1")).refused()).isNull();
        assertThat(new RawPeer(world, node, Multiaddr.of("/ip6/2001:db8:0:1ff::2/tcp/1")).refused()).isNotNull();
        assertThat(new RawPeer(world, node, Multiaddr.of("/ip6/2001:db8:0:200::2/tcp/1")).refused()).isNull();
        for (String exempt : List.of("/ip4/127.0.0.1/tcp/1", "/ip6/::1/tcp/1", "/ip4/203.0.113.1/tcp/1/p2p-circuit")) {
            for (int i = 0; i < 3; i++) assertThat(new RawPeer(world, node, Multiaddr.of(exempt)).refused()).isNull();
        }
    }
}
