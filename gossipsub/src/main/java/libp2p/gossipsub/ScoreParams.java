package libp2p.gossipsub;

import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Multiaddr;

/**
 * How peers are scored as a whole (gossipsub-v1.1.md, "The Score Function"), and from which scores on they are treated otherwise.
 *
 * @param topicCap the topics together give at most this; 0 for no cap
 * @param appScore P5: the application's own score of a peer, asked for on the node's loop in each decay interval
 * @param appWeight of P5; positive
 * @param colocationWeight P6: negative, or 0 for off
 * @param colocationThreshold peers on one address that are not punished; of IPv6 the address and its /64 count
 * @param colocationExempt addresses that many peers may share; loopback is always one
 * @param behaviourWeight P7: negative, or 0 for off
 * @param behaviourThreshold penalties that are let pass
 * @param behaviourDecay each interval
 * @param slowPeerWeight taken off for each message that lately found the peer's queue full; negative, or 0 for off
 * @param slowPeerDecay of the count of such messages, each interval
 * @param decayNanos the interval
 * @param decayToZero less is nothing
 * @param retainNanos how long a bad score outlives its last connection
 * @param retainedMax scores that are kept of peers that are gone
 * @param thresholds from which scores on
 */
public record ScoreParams(
        double topicCap,
        ToDoubleFunction<PeerId> appScore,
        double appWeight,
        double colocationWeight,
        int colocationThreshold,
        Predicate<Multiaddr> colocationExempt,
        double behaviourWeight,
        double behaviourThreshold,
        double behaviourDecay,
        double slowPeerWeight,
        double slowPeerDecay,
        long decayNanos,
        double decayToZero,
        long retainNanos,
        int retainedMax,
        Thresholds thresholds) {
    private static final long SECOND = 1_000_000_000L;

    /**
     * Behaviour and slowness are judged; addresses that many peers share are not, until you know your network; no application score; bad
     * scores are kept for an hour.
     */
    public static final ScoreParams DEFAULT = new ScoreParams(
            0, p -> 0, 1, 0, 5, a -> false, -10, 6, 0.986, -0.2, 0.2, SECOND, 0.01, 3600 * SECOND, 10_000, Thresholds.DEFAULT);

    /** Checks. */
    public ScoreParams {
        if (!(topicCap >= 0 && appWeight >= 0)) throw new IllegalArgumentException("the topics' cap and P5's weight are not negative");
        if (!(colocationWeight <= 0 && behaviourWeight <= 0)) throw new IllegalArgumentException("P6 and P7 punish");
        if (colocationThreshold < 1) throw new IllegalArgumentException("one peer on an address is no crowd");
        if (!(behaviourDecay > 0 && behaviourDecay < 1 && decayToZero > 0
                && decayToZero < 1)) throw new IllegalArgumentException("decays are within 0 and 1");
        if (!(behaviourThreshold >= 0 && slowPeerWeight <= 0 && slowPeerDecay > 0 && slowPeerDecay < 1) || decayNanos < 1_000_000
                || retainNanos < 0 || retainedMax < 0) {
            throw new IllegalArgumentException("negative bound");
        }
    }

    /** The same with an application score. */
    public ScoreParams appScore(ToDoubleFunction<PeerId> score, double weight) {
        return new ScoreParams(topicCap, score, weight, colocationWeight, colocationThreshold, colocationExempt, behaviourWeight,
                behaviourThreshold, behaviourDecay, slowPeerWeight, slowPeerDecay, decayNanos, decayToZero, retainNanos, retainedMax,
                        thresholds);
    }

    /** The same with other rules for peers on one address. */
    public ScoreParams colocation(double weight, int threshold, Predicate<Multiaddr> exempt) {
        return new ScoreParams(topicCap, appScore, appWeight, weight, threshold, exempt, behaviourWeight, behaviourThreshold,
                behaviourDecay,
                slowPeerWeight, slowPeerDecay, decayNanos, decayToZero, retainNanos, retainedMax, thresholds);
    }

    /** The same with another P7. */
    public ScoreParams behaviour(double weight, double threshold, double decay) {
        return new ScoreParams(topicCap, appScore, appWeight, colocationWeight, colocationThreshold, colocationExempt, weight, threshold,
                decay,
                slowPeerWeight, slowPeerDecay, decayNanos, decayToZero, retainNanos, retainedMax, thresholds);
    }

    /** The same with other times. */
    public ScoreParams decay(long intervalNanos, double toZero, long keepNanos) {
        return new ScoreParams(topicCap, appScore, appWeight, colocationWeight, colocationThreshold, colocationExempt, behaviourWeight,
                behaviourThreshold, behaviourDecay, slowPeerWeight, slowPeerDecay, intervalNanos, toZero, keepNanos, retainedMax,
                        thresholds);
    }

    /** The same with another cap of the topics. */
    public ScoreParams topicCap(double cap) {
        return new ScoreParams(cap, appScore, appWeight, colocationWeight, colocationThreshold, colocationExempt, behaviourWeight,
                behaviourThreshold, behaviourDecay, slowPeerWeight, slowPeerDecay, decayNanos, decayToZero, retainNanos, retainedMax,
                        thresholds);
    }

    /** The same with other thresholds. */
    public ScoreParams thresholds(Thresholds value) {
        return new ScoreParams(topicCap, appScore, appWeight, colocationWeight, colocationThreshold, colocationExempt, behaviourWeight,
                behaviourThreshold, behaviourDecay, slowPeerWeight, slowPeerDecay, decayNanos, decayToZero, retainNanos, retainedMax,
                        value);
    }

    /**
     * The decay factor that brings a value to {@code toZero} of itself in {@code nanos}, step by step of {@code stepNanos}.
     *
     * <p>By bisection: logarithms are not the same on every platform.
     */
    public static double decayFactor(long nanos, long stepNanos, double toZero) {
        long steps = Math.max(1, nanos / stepNanos);
        double low = 0;
        double high = 1;
        for (int i = 0; i < 80; i++) {
            double middle = (low + high) / 2;
            double left = 1;
            double power = middle;
            for (long n = steps; n > 0; n >>= 1) {
                if ((n & 1) == 1) left *= power;
                power *= power;
            }
            if (left < toZero) low = middle;
            else high = middle;
        }
        return high;
    }
}
