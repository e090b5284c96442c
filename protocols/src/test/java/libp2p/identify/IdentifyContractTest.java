package libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;

import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Buf;
import libp2p.core.Crypto;
import libp2p.core.net.Limits;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.testkit.ProtocolContract;

class IdentifyContractTest extends ProtocolContract {
    @Override
    protected Crypto crypto() {
        return new BouncyCastleCrypto();
    }

    @Override
    protected Protocol protocol() {
        return new Identify();
    }

    @Override
    protected String id() {
        return Identify.ID;
    }

    @Override
    protected byte[] conversation() {
        return new byte[0];
    }

    @Override
    protected void check(byte[] answer, Swarm server) {
        Reading reading = new Reading(Limits.DEFAULT);
        reading.take(new Buf(answer));
        assertThat(reading.record()).isNotNull();
    }
}
