package libp2p.gossipsub;

/**
 * The shape of the mesh of a topic (gossipsub-v1.0.md, "Parameters"; gossipsub-v1.1.md, "Overview of New Parameters").
 *
 * @param d mesh peers that are aimed at
 * @param low fewer, and the heartbeat grafts up to {@code d}
 * @param high as many or more, and the heartbeat prunes down to {@code d}
 * @param score how many are kept for their score when there are too many
 * @param out mesh peers that we connected to, at least; below {@code low} and at most half of {@code d}
 * @param lazy peers outside the mesh that hear of messages in a heartbeat, at least
 * @param gossipFactor or this part of them, if that is more
 */
public record Overlay(int d, int low, int high, int score, int out, int lazy, double gossipFactor) {
    /** 6, 5 to 12, as go-libp2p-pubsub has it; the specification's lower bound is 4. */
    public static final Overlay DEFAULT = new Overlay(6, 5, 12, 4, 2, 6, 0.25);

    /** 8, 6 to 12: Ethereum's (consensus-specs, phase0/p2p-interface.md). */
    public static final Overlay ETHEREUM = new Overlay(8, 6, 12, 5, 3, 6, 0.25);

    /** No mesh at all: a bootstrapper, that only names peers and gossips (gossipsub-v1.1.md, "Recommendations for Network Operators"). */
    public static final Overlay BOOTSTRAPPER = new Overlay(0, 0, 0, 0, 0, 6, 0.25);

    /** Checks. */
    public Overlay {
        boolean none = d == 0 && low == 0 && high == 0 && out == 0;
        if (low < 0 || lazy < 0 || score < 0 || out < 0 || !(gossipFactor >= 0 && gossipFactor <= 1)) {
            throw new IllegalArgumentException("an overlay of negative numbers, or a gossip factor not within 0 and 1");
        }
        if (!none && (low > d || d > high || score > high || out >= low || out > d / 2)) {
            throw new IllegalArgumentException("an overlay needs out < low <= d <= high, out <= d / 2 and score <= high");
        }
    }
}
