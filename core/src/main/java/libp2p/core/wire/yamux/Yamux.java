package libp2p.core.wire.yamux;

import libp2p.core.wire.Muxer;

/** Yamux (hashicorp yamux spec.md, specs/yamux/README.md), with error codes (specs pull requests 622 and 623). */
public final class Yamux implements Muxer {
    /** The protocol id. */
    public static final String ID = "/yamux/1.0.0";

    /** A muxer without state; sessions have it all. */
    public Yamux() {}

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Session start(Context context) {
        YamuxSession session = new YamuxSession(context);
        session.begin();
        return session;
    }
}
