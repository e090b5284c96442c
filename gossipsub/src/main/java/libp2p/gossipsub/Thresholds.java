package libp2p.gossipsub;

/**
 * From which scores on peers are treated otherwise (gossipsub-v1.1.md, "Score Thresholds"); below 0 nobody is in a mesh.
 *
 * @param gossip below it, no gossip to the peer nor from it; at most 0
 * @param publish below it, no messages of ours to the peer; at most {@code gossip}
 * @param graylist below it, its RPCs are not looked at; at most {@code publish}
 * @param acceptPeers from it on, peers that it names are connected; at least 0
 * @param opportunistic while the median of a mesh is below it, better ones are looked for; at least 0
 */
public record Thresholds(double gossip, double publish, double graylist, double acceptPeers, double opportunistic) {
    /** -10, -50, -80, 10 and 1: of kubo's order; of Ethereum's, see {@link #ETHEREUM}. */
    public static final Thresholds DEFAULT = new Thresholds(-10, -50, -80, 10, 1);

    /** -4000, -8000, -16000, 100 and 5. */
    public static final Thresholds ETHEREUM = new Thresholds(-4000, -8000, -16000, 100, 5);

    /** Checks. */
    public Thresholds {
        if (!(gossip <= 0 && publish <= gossip && graylist <= publish && acceptPeers >= 0 && opportunistic >= 0)) {
            throw new IllegalArgumentException("thresholds need graylist <= publish <= gossip <= 0 <= acceptPeers, opportunistic");
        }
    }
}
