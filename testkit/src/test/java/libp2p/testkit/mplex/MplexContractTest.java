package libp2p.testkit.mplex;

import libp2p.core.net.Limits;
import libp2p.core.wire.Muxer;
import libp2p.core.wire.mplex.Mplex;
import libp2p.testkit.MuxerContract;

class MplexContractTest extends MuxerContract {
    @Override
    protected Muxer muxer() {
        return new Mplex();
    }

    @Override
    protected boolean flowControlled() {
        return false;
    }

    @Override
    protected boolean carriesCodes() {
        return false;
    }

    /** Openings are paced by default; that has a test of its own. */
    @Override
    protected Limits limits() {
        return Limits.DEFAULT.with().mplexOpeningsPerSecond(0).build();
    }
}
