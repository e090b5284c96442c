package libp2p.core.wire.mplex;

import libp2p.core.wire.Muxer;

/** mplex (specs/mplex/README.md): no flow control and no error codes; for peers that know nothing better. */
public final class Mplex implements Muxer {
    /** The protocol id. */
    public static final String ID = "/mplex/6.7.0";

    /** A muxer without state; sessions have it all. */
    public Mplex() {}

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Session start(Context context) {
        return new MplexSession(context);
    }
}
