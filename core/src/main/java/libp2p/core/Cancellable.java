package libp2p.core;

/**
 * Something under way that can be given up.
 *
 * <p>Idempotent, and legal from any thread (a timer's only on its loop). The callback or {@code onClose} still comes, with
 * {@link CloseReason.Kind#CANCELLED}, unless the end was already on its way.
 */
public interface Cancellable {
    /** Does nothing. */
    Cancellable NONE = () -> {};

    /** Gives up; what was asked for ends soon. */
    void cancel();
}
