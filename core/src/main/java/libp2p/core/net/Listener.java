package libp2p.core.net;

import java.util.List;
import libp2p.core.Watch;
import libp2p.multiformats.Multiaddr;

/** A place where connections arrive. Legal from any thread. */
public interface Listener {
    /** The concrete addresses now, without {@code /p2p}: with real ports, unspecified addresses expanded to those of the interfaces. */
    Watch<List<Multiaddr>> addresses();

    /** Takes no new connections; those there stay. Idempotent. */
    void close();
}
