package libp2p.bouncycastle.security;

import static org.assertj.core.api.Assertions.assertThat;

import libp2p.bouncycastle.BouncyCastleCrypto;
import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.wire.Plaintext;
import libp2p.core.wire.Security;
import libp2p.testkit.SecureEnd;
import libp2p.testkit.SecurityContract;
import org.junit.jupiter.api.Test;

/** Plaintext keeps the contract, but for what it does not protect. */
class PlaintextTest extends SecurityContract {
    @Override
    protected Crypto crypto() {
        return new BouncyCastleCrypto();
    }

    @Override
    protected Security security(Crypto crypto, Rng rng) {
        return new Plaintext();
    }

    @Override
    protected boolean tamperProof() {
        return false;
    }

    @Test
    void anIdThatIsNotOfTheKeyFails() {
        SecureEnd b = responder();
        SecureEnd a = initiator();
        a.step();
        byte[] said = a.takeOut();
        said[10] ^= 1; // within the id
        b.receive(said);
        assertThat(b.failure()).isNotNull();
    }

    @Test
    void anEndlessExchangeIsRefusedByItsLength() {
        SecureEnd b = responder();
        b.receive(new byte[] {(byte) 0x81, 0x40}); // 8193
        assertThat(b.failure()).isNotNull();
        SecureEnd c = responder();
        c.receive(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, 0x7f});
        assertThat(c.failure()).isNotNull();
    }
}
