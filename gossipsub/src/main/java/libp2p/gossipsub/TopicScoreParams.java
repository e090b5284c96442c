package libp2p.gossipsub;

/**
 * How what peers do in one topic counts (gossipsub-v1.1.md, "Topic Parameter Calculation and Decay"); times in nanoseconds.
 *
 * @param weight of the topic in a peer's score
 * @param timeInMeshWeight P1: small and positive
 * @param timeInMeshQuantumNanos time in the mesh that is one point
 * @param timeInMeshCap points at most
 * @param firstDeliveriesWeight P2: positive
 * @param firstDeliveriesDecay each {@link ScoreParams#decayNanos}
 * @param firstDeliveriesCap at most
 * @param meshDeliveriesWeight P3: negative, or 0 for off
 * @param meshDeliveriesDecay each interval
 * @param meshDeliveriesCap at most
 * @param meshDeliveriesThreshold fewer are punished by the square of what lacks
 * @param meshDeliveriesWindowNanos after a message was found valid, in which copies still count
 * @param meshDeliveriesActivationNanos in the mesh, before lack is punished
 * @param meshFailureWeight P3b: negative, or 0 for off
 * @param meshFailureDecay each interval
 * @param invalidWeight P4: negative, or 0 for off
 * @param invalidDecay each interval
 */
public record TopicScoreParams(
        double weight,
        double timeInMeshWeight,
        long timeInMeshQuantumNanos,
        double timeInMeshCap,
        double firstDeliveriesWeight,
        double firstDeliveriesDecay,
        double firstDeliveriesCap,
        double meshDeliveriesWeight,
        double meshDeliveriesDecay,
        double meshDeliveriesCap,
        double meshDeliveriesThreshold,
        long meshDeliveriesWindowNanos,
        long meshDeliveriesActivationNanos,
        double meshFailureWeight,
        double meshFailureDecay,
        double invalidWeight,
        double invalidDecay) {
    private static final long SECOND = 1_000_000_000L;

    /** Mild rewards for time and first deliveries, invalid messages punished hard, mesh deliveries not judged: a safe beginning. */
    public static final TopicScoreParams DEFAULT = new TopicScoreParams(
            1, 0.0027, SECOND, 3600, 0.664, 0.9916, 1500, 0, 0.997, 100, 20, 10_000_000L, 5 * SECOND, 0, 0.997, -99, 0.9994);

    /** Nothing counts; a base for {@code with} methods. */
    public static final TopicScoreParams NONE = new TopicScoreParams(1, 0, SECOND, 1, 0, 0.5, 1, 0, 0.5, 1, 1, 0, SECOND, 0, 0.5, 0, 0.5);

    /** Checks. */
    public TopicScoreParams {
        decay(firstDeliveriesDecay);
        decay(meshDeliveriesDecay);
        decay(meshFailureDecay);
        decay(invalidDecay);
        if (!(weight >= 0)) throw new IllegalArgumentException("a topic's weight is not negative");
        if (!(timeInMeshWeight >= 0 && firstDeliveriesWeight >= 0)) throw new IllegalArgumentException("P1 and P2 reward");
        if (!(meshDeliveriesWeight <= 0 && meshFailureWeight <= 0
                && invalidWeight <= 0)) throw new IllegalArgumentException("P3, P3b and P4 punish");
        if (timeInMeshQuantumNanos < 1 || meshDeliveriesWindowNanos < 0 || meshDeliveriesActivationNanos < 0) {
            throw new IllegalArgumentException("times that cannot be kept");
        }
        if (!(timeInMeshCap >= 0 && firstDeliveriesCap >= 0 && meshDeliveriesThreshold >= 0
                && meshDeliveriesCap >= meshDeliveriesThreshold)) {
            throw new IllegalArgumentException("caps are not negative, and P3's not below its threshold");
        }
    }

    private static void decay(double factor) {
        if (!(factor > 0 && factor < 1)) throw new IllegalArgumentException("a decay of " + factor + " is not within 0 and 1");
    }

    /** The same with another weight. */
    public TopicScoreParams weight(double value) {
        return new TopicScoreParams(value, timeInMeshWeight, timeInMeshQuantumNanos, timeInMeshCap, firstDeliveriesWeight,
                firstDeliveriesDecay,
                firstDeliveriesCap, meshDeliveriesWeight, meshDeliveriesDecay, meshDeliveriesCap, meshDeliveriesThreshold,
                meshDeliveriesWindowNanos, meshDeliveriesActivationNanos, meshFailureWeight, meshFailureDecay, invalidWeight, invalidDecay);
    }

    /** The same with another P1. */
    public TopicScoreParams timeInMesh(double p1Weight, long quantumNanos, double cap) {
        return new TopicScoreParams(weight, p1Weight, quantumNanos, cap, firstDeliveriesWeight, firstDeliveriesDecay,
                firstDeliveriesCap, meshDeliveriesWeight, meshDeliveriesDecay, meshDeliveriesCap, meshDeliveriesThreshold,
                meshDeliveriesWindowNanos, meshDeliveriesActivationNanos, meshFailureWeight, meshFailureDecay, invalidWeight, invalidDecay);
    }

    /** The same with another P2. */
    public TopicScoreParams firstDeliveries(double p2Weight, double decay, double cap) {
        return new TopicScoreParams(weight, timeInMeshWeight, timeInMeshQuantumNanos, timeInMeshCap, p2Weight, decay, cap,
                meshDeliveriesWeight,
                meshDeliveriesDecay, meshDeliveriesCap, meshDeliveriesThreshold, meshDeliveriesWindowNanos, meshDeliveriesActivationNanos,
                meshFailureWeight, meshFailureDecay, invalidWeight, invalidDecay);
    }

    /** The same with another P3. */
    public TopicScoreParams meshDeliveries(double p3Weight, double decay, double cap, double threshold, long windowNanos,
            long activationNanos) {
        return new TopicScoreParams(weight, timeInMeshWeight, timeInMeshQuantumNanos, timeInMeshCap, firstDeliveriesWeight,
                firstDeliveriesDecay,
                firstDeliveriesCap, p3Weight, decay, cap, threshold, windowNanos, activationNanos, meshFailureWeight, meshFailureDecay,
                invalidWeight, invalidDecay);
    }

    /** The same with another P3b. */
    public TopicScoreParams meshFailures(double p3bWeight, double decay) {
        return new TopicScoreParams(weight, timeInMeshWeight, timeInMeshQuantumNanos, timeInMeshCap, firstDeliveriesWeight,
                firstDeliveriesDecay,
                firstDeliveriesCap, meshDeliveriesWeight, meshDeliveriesDecay, meshDeliveriesCap, meshDeliveriesThreshold,
                meshDeliveriesWindowNanos, meshDeliveriesActivationNanos, p3bWeight, decay, invalidWeight, invalidDecay);
    }

    /** The same with another P4. */
    public TopicScoreParams invalid(double p4Weight, double decay) {
        return new TopicScoreParams(weight, timeInMeshWeight, timeInMeshQuantumNanos, timeInMeshCap, firstDeliveriesWeight,
                firstDeliveriesDecay,
                firstDeliveriesCap, meshDeliveriesWeight, meshDeliveriesDecay, meshDeliveriesCap, meshDeliveriesThreshold,
                meshDeliveriesWindowNanos, meshDeliveriesActivationNanos, meshFailureWeight, meshFailureDecay, p4Weight, decay);
    }
}
