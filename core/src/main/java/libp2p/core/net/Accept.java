package libp2p.core.net;

import libp2p.core.CloseReason;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/** What a listener asks and tells about those who arrive; called on any loop. */
public interface Accept {
    /** Before the first byte is read: null to go on, else why not. Limits and the gater speak here. */
    @Nullable CloseReason admit(Multiaddr local, Multiaddr remote);

    /** Must follow each admitted arrival that ended before it became a connection. */
    void failed(Multiaddr local, Multiaddr remote, CloseReason reason);

    /** A connection is made and its peer known; called on the connection's loop. */
    void accepted(Connection connection);
}
