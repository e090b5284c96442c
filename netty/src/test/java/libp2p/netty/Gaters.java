package libp2p.netty;

import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Gater;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** Who lets nobody in. */
final class Gaters {
    /** Refuses before anything is said. */
    static final Gater CLOSED = new Gater() {
        @Override
        public @Nullable CloseReason accept(Multiaddr local, Multiaddr remote) {
            return CloseReason.of(CloseReason.Kind.REFUSED, "closed");
        }
    };

    /** Refuses once it is known who the peer is. */
    static final Gater PICKY = new Gater() {
        @Override
        public @Nullable CloseReason secured(PeerId peer, Multiaddr remote, boolean inbound) {
            return CloseReason.of(CloseReason.Kind.REFUSED, Codes.GATED, "not you");
        }
    };

    private Gaters() {}
}
