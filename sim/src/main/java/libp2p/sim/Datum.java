package libp2p.sim;

/**
 * One thing that happened in a world, as data.
 *
 * @param timeNanos when, since the world's beginning
 * @param host to whom, by number
 * @param kind what
 * @param peer the other host's number; -1 if there is none or it is not known
 * @param inbound whether the other side began it: the connection, the stream, the message
 * @param what the protocol, the address dialled, or a protocol and its decision; may be empty
 * @param value a number that goes with it, as the kind says; 0 if none does
 * @param reason why it ended or failed; empty if it did neither
 */
public record Datum(long timeNanos, int host, Kind kind, int peer, boolean inbound, String what, long value, String reason) {
    /** What happened. */
    public enum Kind {
        /** A dial begins. */
        DIALING,
        /** A dial ended, after {@code value} nanoseconds. */
        DIALED,
        /** Someone arrived and was refused. */
        REFUSED,
        /** A step of an upgrade is done, after {@code value} nanoseconds. */
        UPGRADED,
        /** An upgrade failed. */
        UPGRADE_FAILED,
        /** A connection began. */
        CONNECTED,
        /** A connection ended. */
        DISCONNECTED,
        /** A stream was negotiated. */
        STREAM_OPENED,
        /** A stream ended. */
        STREAM_CLOSED,
        /** An inbound stream was refused. */
        STREAM_REFUSED,
        /** A message of {@code value} bytes was sent, or arrived. */
        MESSAGE,
        /** A protocol decided something; its documentation says what {@code value} is. */
        DECIDED
    }
}
