package libp2p.core.net;

import libp2p.core.CloseReason;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** The application's say in whom to talk to: null lets pass, a reason refuses. Called on any loop; must not block. */
public interface Gater {
    /** Lets everyone pass. */
    Gater OPEN = new Gater() {};

    /** Before a peer is dialled. */
    default @Nullable CloseReason dial(PeerId peer) {
        return null;
    }

    /** Before an address is dialled; the peer is null where it is not known. */
    default @Nullable CloseReason dial(@Nullable PeerId peer, Multiaddr address) {
        return null;
    }

    /** Before the first byte of someone who arrived is read. */
    default @Nullable CloseReason accept(Multiaddr local, Multiaddr remote) {
        return null;
    }

    /** Once a peer has proved who it is, either way; a refusal closes with code GATED. */
    default @Nullable CloseReason secured(PeerId peer, Multiaddr remote, boolean inbound) {
        return null;
    }
}
