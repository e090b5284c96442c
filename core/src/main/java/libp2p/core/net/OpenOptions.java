package libp2p.core.net;

/**
 * How to open a stream.
 *
 * @param allowLimited whether a connection that is limited in time or bytes (a relayed one) will do
 * @param deadlineNanos absolute on {@code Loop.nanoTime}, until {@code onOpen}; 0 for the default of {@link Limits}
 */
public record OpenOptions(boolean allowLimited, long deadlineNanos) {
    /** No limited connections, the default deadline. */
    public static final OpenOptions DEFAULT = new OpenOptions(false, 0);

    /** Limited connections too. */
    public static final OpenOptions LIMITED = new OpenOptions(true, 0);

    /** The same with another deadline. */
    public OpenOptions deadline(long nanos) {
        return new OpenOptions(allowLimited, nanos);
    }
}
