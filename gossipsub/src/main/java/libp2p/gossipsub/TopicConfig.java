package libp2p.gossipsub;

import libp2p.multiformats.Nullable;

/**
 * How a topic is handled. Begin with {@link #SIGNED} or {@link #unsigned}.
 *
 * @param policy whether its messages are signed
 * @param ids how they are named
 * @param validator who judges them
 * @param validationsMax messages of it that are judged at a time; more are dropped, and counted by the gater
 * @param dataBytesMax the largest payload; larger ones are ignored
 * @param expiryNanos older messages are dropped, by their number, which is then a time in nanoseconds since 1970; 0 for never. Signed
 * topics only
 * @param gaterWeight what a valid message of it counts with the gater (red.md, "per topic accepted delivery weights")
 * @param score how what peers do in it counts; null for not at all. May be changed later
 * @param requestsPartial whether parts of messages are wanted instead of whole ones; implies that they are sent
 * @param supportsPartial whether parts are sent to who wants them
 */
public record TopicConfig(
        SignPolicy policy,
        MessageIds ids,
        Validator validator,
        int validationsMax,
        int dataBytesMax,
        long expiryNanos,
        double gaterWeight,
        @Nullable TopicScoreParams score,
        boolean requestsPartial,
        boolean supportsPartial) {
    /** Signed by their authors, named by author and number, all taken; 1024 judged at a time. */
    public static final TopicConfig SIGNED = new TopicConfig(
            SignPolicy.STRICT_SIGN, MessageIds.ORIGIN, Validator.ACCEPT_ALL, 1024, Integer.MAX_VALUE, 0, 1, null, false, false);

    /** Unsigned, and named by their content. */
    public static TopicConfig unsigned(MessageIds ids) {
        return SIGNED.policy(SignPolicy.STRICT_NO_SIGN, ids);
    }

    /** Checks. */
    public TopicConfig {
        if (policy == SignPolicy.STRICT_NO_SIGN && ids == MessageIds.ORIGIN) {
            throw new IllegalArgumentException("messages without an author cannot be named by it");
        }
        if (policy == SignPolicy.STRICT_NO_SIGN
                && expiryNanos > 0) throw new IllegalArgumentException("messages without a number do not expire");
        if (validationsMax < 1 || dataBytesMax < 0 || expiryNanos < 0
                || !(gaterWeight >= 0)) throw new IllegalArgumentException("negative bound");
        supportsPartial |= requestsPartial;
    }

    /** The same with another policy and other ids. */
    public TopicConfig policy(SignPolicy value, MessageIds named) {
        return new TopicConfig(value, named, validator, validationsMax, dataBytesMax, expiryNanos, gaterWeight, score, requestsPartial,
                supportsPartial);
    }

    /** The same with other ids. */
    public TopicConfig ids(MessageIds value) {
        return policy(policy, value);
    }

    /** The same with a validator. */
    public TopicConfig validator(Validator value) {
        return new TopicConfig(policy, ids, value, validationsMax, dataBytesMax, expiryNanos, gaterWeight, score, requestsPartial,
                supportsPartial);
    }

    /** The same with other bounds. */
    public TopicConfig limits(int validations, int dataBytes) {
        return new TopicConfig(policy, ids, validator, validations, dataBytes, expiryNanos, gaterWeight, score, requestsPartial,
                supportsPartial);
    }

    /** The same with another expiry. */
    public TopicConfig expiry(long nanos) {
        return new TopicConfig(policy, ids, validator, validationsMax, dataBytesMax, nanos, gaterWeight, score, requestsPartial,
                supportsPartial);
    }

    /** The same with another weight for the gater. */
    public TopicConfig gaterWeight(double value) {
        return new TopicConfig(policy, ids, validator, validationsMax, dataBytesMax, expiryNanos, value, score, requestsPartial,
                supportsPartial);
    }

    /** The same with score parameters. */
    public TopicConfig score(TopicScoreParams value) {
        return new TopicConfig(policy, ids, validator, validationsMax, dataBytesMax, expiryNanos, gaterWeight, value, requestsPartial,
                supportsPartial);
    }

    /** The same with parts of messages: sent to who wants them, and wanted or not. */
    public TopicConfig partial(boolean wanted) {
        return new TopicConfig(policy, ids, validator, validationsMax, dataBytesMax, expiryNanos, gaterWeight, score, wanted, true);
    }
}
