package libp2p.netty;

import libp2p.core.Crypto;
import libp2p.core.Rng;
import libp2p.core.wire.Security;
import libp2p.testkit.SecurityContract;

/** Over Bouncy Castle, as on machines without a library. */
class BouncyTlsTest extends SecurityContract {
    @Override
    protected Crypto crypto() {
        return Certificates.CRYPTO;
    }

    @Override
    protected Security security(Crypto crypto, Rng rng) {
        return new Tls(BouncyEngines::new);
    }

    @Override
    protected int stride() {
        return 13;
    }
}
