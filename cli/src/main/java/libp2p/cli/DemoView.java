package libp2p.cli;

import java.util.List;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Multiaddr;

/** How the demo shows what happens; nodes go by their number from 0. */
interface DemoView {
    /** With the address at which the other nodes meet it, and all of them. */
    void started(int node, PeerId id, Multiaddr met, List<Multiaddr> addresses);

    /** A browser may open this. */
    void page(String url);

    void connected(int from, int to);

    /** A message of a node's went to so many peers, and was heard by so many nodes in all that time. */
    void spread(int from, int sentTo, int heardBy, long nanos);

    /** One node has pinged another and then sent to it. */
    void measured(int from, int to, long roundTripNanos, long bytes, long nanos);

    /** The end. */
    void summary(DemoTally tally);
}
