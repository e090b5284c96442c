package libp2p.testkit.yamux;

import libp2p.core.wire.Muxer;
import libp2p.core.wire.yamux.Yamux;
import libp2p.testkit.MuxerContract;

class YamuxContractTest extends MuxerContract {
    @Override
    protected Muxer muxer() {
        return new Yamux();
    }

    @Override
    protected boolean flowControlled() {
        return true;
    }

    @Override
    protected boolean carriesCodes() {
        return true;
    }
}
