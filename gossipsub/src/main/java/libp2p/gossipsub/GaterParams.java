package libp2p.gossipsub;

/**
 * How the queue of validation is protected (specs/pubsub/gossipsub/red.md).
 *
 * @param threshold the ratio of throttled to validated messages from which on messages are dropped early
 * @param globalDecay of the counters of all, each {@code decayNanos}
 * @param sourceDecay of the counters of an address
 * @param decayNanos the interval
 * @param decayToZero less is nothing
 * @param retainNanos how long an address's counters outlive its last peer
 * @param quietNanos without a throttled message, after which it rests again
 * @param duplicateWeight of a copy
 * @param ignoreWeight of an ignored message
 * @param rejectWeight of an invalid message
 * @param sourcesMax addresses that are counted; more are let pass
 */
public record GaterParams(
        double threshold,
        double globalDecay,
        double sourceDecay,
        long decayNanos,
        double decayToZero,
        long retainNanos,
        long quietNanos,
        double duplicateWeight,
        double ignoreWeight,
        double rejectWeight,
        int sourcesMax) {
    private static final long SECOND = 1_000_000_000L;

    /** The specification's. */
    public static final GaterParams DEFAULT = new GaterParams(
            0.33,
            ScoreParams.decayFactor(120 * SECOND, SECOND, 0.01),
            ScoreParams.decayFactor(3600 * SECOND, SECOND, 0.01),
            SECOND, 0.01, 6 * 3600 * SECOND, 60 * SECOND, 0.125, 1, 16, 10_000);

    /** Checks. */
    public GaterParams {
        if (!(threshold > 0 && globalDecay > 0 && globalDecay < 1 && sourceDecay > 0 && sourceDecay < 1 && decayToZero > 0
                && decayToZero < 1)) {
            throw new IllegalArgumentException("a threshold above 0 and decays within 0 and 1");
        }
        if (!(duplicateWeight > 0 && ignoreWeight >= 1 && rejectWeight >= 1) || decayNanos < 1 || retainNanos < 0 || quietNanos < 0
                || sourcesMax < 1) {
            throw new IllegalArgumentException("weights or times out of bounds");
        }
    }
}
