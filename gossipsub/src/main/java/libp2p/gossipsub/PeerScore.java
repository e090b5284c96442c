package libp2p.gossipsub;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a peer's score is made of.
 *
 * @param score the sum
 * @param topics what it did in each topic that counts
 * @param app P5 before its weight
 * @param colocation P6 before its weight
 * @param behaviour penalties before threshold, square and weight
 */
public record PeerScore(double score, Map<String, InTopic> topics, double app, double colocation, double behaviour) {

    /**
     * Counters of one topic.
     *
     * @param timeInMeshNanos as of the last decay; 0 outside the mesh
     * @param firstDeliveries P2
     * @param meshDeliveries P3
     * @param meshFailures P3b
     * @param invalid P4, before the square
     */
    public record InTopic(long timeInMeshNanos, double firstDeliveries, double meshDeliveries, double meshFailures, double invalid) {}

    /** Copies. */
    public PeerScore {
        topics = Collections.unmodifiableMap(new LinkedHashMap<>(topics));
    }
}
