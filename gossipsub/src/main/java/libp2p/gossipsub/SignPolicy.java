package libp2p.gossipsub;

/** Whether the messages of a topic are signed (specs/pubsub/README.md, "Signature Policy Options"); the lax options are not offered. */
public enum SignPolicy {
    /** All are: author, number and signature must be there and right. The default. */
    STRICT_SIGN,
    /** None is: author, number, signature and key must not be there. */
    STRICT_NO_SIGN
}
