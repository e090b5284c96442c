package libp2p.requests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Crypto;
import libp2p.core.node.Protocol;
import libp2p.core.node.Swarm;
import libp2p.testkit.ProtocolContract;

class RequestsContractTest extends ProtocolContract {
    @Override
    protected Crypto crypto() {
        return new BouncyCastleCrypto();
    }

    @Override
    protected Protocol protocol() {
        return new Doubler();
    }

    @Override
    protected String id() {
        return Doubler.ID;
    }

    @Override
    protected byte[] conversation() {
        return "\003abc\001x\000\005hello".getBytes(StandardCharsets.UTF_8);
    }

    @Override
    protected void check(byte[] answer, Swarm server) {
        assertThat(new String(answer, StandardCharsets.UTF_8)).isEqualTo("\006abcabc\002xx\000\012hellohello");
    }

    @Override
    protected boolean heldByDeafPeers() {
        return true;
    }
}
