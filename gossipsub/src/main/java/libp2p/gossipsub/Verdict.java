package libp2p.gossipsub;

/** What a validator finds (gossipsub-v1.1.md, "Extended Validators"). */
public enum Verdict {
    /** Deliver it, and pass it on. */
    ACCEPT,
    /** Neither, and hold it against who sent it. */
    REJECT,
    /** Neither, and hold it against nobody. */
    IGNORE
}
