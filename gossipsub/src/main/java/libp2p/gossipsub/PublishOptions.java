package libp2p.gossipsub;

/**
 * How a message is published.
 *
 * @param peersMin waits until it goes to so many peers
 * @param waitNanos for so long; then the publish fails and nothing is sent
 * @param echo whether our own listeners of the topic hear it too
 */
public record PublishOptions(int peersMin, long waitNanos, boolean echo) {
    /** At once, to whomever there is, without hearing it ourselves. */
    public static final PublishOptions DEFAULT = new PublishOptions(0, 0, false);

    /** Waits for peers. */
    public static PublishOptions ready(int peersMin, long waitNanos) {
        return new PublishOptions(peersMin, waitNanos, false);
    }

    /** The same, and our own listeners hear it. */
    public PublishOptions withEcho() {
        return new PublishOptions(peersMin, waitNanos, true);
    }
}
