package libp2p.identify;

import static org.assertj.core.api.Assertions.assertThat;

import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Crypto;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.testkit.ProtocolContract;

class PushContractTest extends ProtocolContract {
    private static final Identify.Params PATIENT = new Identify.Params("a", "b", 5_000_000_000L, 1_000_000_000L, 32, 1_000_000, 64);

    @Override
    protected Crypto crypto() {
        return new BouncyCastleCrypto();
    }

    @Override
    protected Protocol protocol() {
        return new Identify(PATIENT);
    }

    @Override
    protected String id() {
        return Identify.PUSH_ID;
    }

    @Override
    protected byte[] conversation() {
        return new Said().text(Fields.AGENT, "someone").text(Fields.PROTOCOL, "/a").cut().text(Fields.PROTOCOL, "/b").frames();
    }

    @Override
    protected void check(byte[] answer, Swarm server) {
        assertThat(answer).isEmpty();
    }
}
