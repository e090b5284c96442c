package libp2p.ping;

import static org.assertj.core.api.Assertions.assertThat;

import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.testkit.ProtocolContract;

class PingContractTest extends ProtocolContract {
    @Override
    protected Crypto crypto() {
        return new BouncyCastleCrypto();
    }

    @Override
    protected Protocol protocol() {
        return new Ping();
    }

    @Override
    protected String id() {
        return Ping.ID;
    }

    @Override
    protected byte[] conversation() {
        return Rng.seeded(1).bytes(3 * Ping.SIZE);
    }

    @Override
    protected void check(byte[] answer, Swarm server) {
        assertThat(answer).isEqualTo(conversation());
    }

    @Override
    protected boolean heldByDeafPeers() {
        return true;
    }
}
