package libp2p.core.node;

/** What is known of other peers. */
public final class PeerBook {
}
