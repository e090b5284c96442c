package libp2p.gossipsub;

/** From when on the time counts for which a message's id is remembered. */
public enum SeenStrategy {
    /** From when it first came; the default, and what the specification has. */
    FIRST_SEEN,
    /** From when a copy of it last came. */
    LAST_SEEN
}
