package libp2p.echo;

import static org.assertj.core.api.Assertions.assertThat;

import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.CloseReason;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.testkit.Caller;
import libp2p.testkit.ProtocolContract;
import libp2p.testkit.World;
import org.junit.jupiter.api.Test;

class EchoTest extends ProtocolContract {
    @Override
    protected Crypto crypto() {
        return new BouncyCastleCrypto();
    }

    @Override
    protected Protocol protocol() {
        return new Echo();
    }

    @Override
    protected String id() {
        return Echo.ID;
    }

    @Override
    protected byte[] conversation() {
        return Rng.seeded(1).bytes(100);
    }

    @Override
    protected void check(byte[] answer, Swarm server) {
        assertThat(answer).isEqualTo(conversation());
    }

    @Override
    protected boolean heldByDeafPeers() {
        return true;
    }

    @Test
    void aMegabyteComesBackToAPeerThatReadsLate() {
        World world = new World(crypto());
        Swarm a = world.node();
        Swarm b = world.node(new Echo());
        byte[] all = Rng.seeded(2).bytes(1 << 20);
        Caller caller = world.open(world.connect(a, b), Echo.ID).deaf(true).send(all).finish();
        world.settle();
        assertThat(caller.received()).isEmpty();
        assertThat(caller.unsent()).isGreaterThan(all.length / 2);
        caller.deaf(false);
        world.settle();
        assertThat(caller.received()).isEqualTo(all);
        assertThat(caller.closed()).isEqualTo(CloseReason.FINISHED);
    }
}
