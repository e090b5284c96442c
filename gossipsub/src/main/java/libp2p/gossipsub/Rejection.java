package libp2p.gossipsub;

/** Why a message was not taken; the names in traces are those of go-libp2p-pubsub. */
public enum Rejection {
    /** Its sender is blacklisted. */
    BLACKLISTED_PEER("blacklisted peer", false),
    /** Its author is blacklisted. */
    BLACKLISTED_SOURCE("blacklisted source", false),
    /** Signature, author or number are missing. */
    MISSING_SIGNATURE("missing signature", true),
    /** A signature where none must be. */
    UNEXPECTED_SIGNATURE("unexpected signature", true),
    /** An author or number where none must be. */
    UNEXPECTED_AUTHOR("unexpected auth info", true),
    /** The signature is wrong. */
    INVALID_SIGNATURE("invalid signature", true),
    /** We are named as its author, and it did not come from us. */
    SELF_ORIGIN("self originated message", true),
    /** Too much waits to be validated. */
    QUEUE_FULL("validation queue full", false),
    /** Too much of its topic is being validated. */
    THROTTLED("validation throttled", false),
    /** The validator found it invalid. */
    INVALID("validation failed", true),
    /** The validator wants it neither delivered nor punished. */
    IGNORED("validation ignored", false),
    /** The validator gave no answer in time. */
    TIMED_OUT("validation timed out", false),
    /** It is older than its topic allows. */
    EXPIRED("expired", false);

    private final String label;
    private final boolean penalised;

    Rejection(String label, boolean penalised) {
        this.label = label;
        this.penalised = penalised;
    }

    /** For traces and metrics. */
    public String label() {
        return label;
    }

    /** Whether it counts as an invalid message of who sent it (P4). */
    public boolean penalised() {
        return penalised;
    }
}
