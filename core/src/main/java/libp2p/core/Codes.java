package libp2p.core;

/**
 * Error codes that a connection or a stream ends with (libp2p/specs pull request 623, error-codes).
 *
 * <p>A code is 32 bits: 0 is none, 1 to 0xfff belongs to transports, 0x1000 to 0xffff to libp2p, the rest to applications.
 */
public final class Codes {
    /** No code, or an end that needs none. */
    public static final long NONE = 0;

    /** No protocol in common. */
    public static final long PROTOCOL_NEGOTIATION_FAILED = 0x1000;

    /** A bound on connections, streams or memory was reached. */
    public static final long RESOURCE_LIMIT_EXCEEDED = 0x1001;

    /** Too many requests in too short a time. */
    public static final long RATE_LIMITED = 0x1002;

    /** The peer broke the protocol. */
    public static final long PROTOCOL_VIOLATION = 0x1003;

    /** Another connection to the same peer takes over. */
    public static final long SUPPLANTED = 0x1004;

    /** Closed to make room. */
    public static final long GARBAGE_COLLECTED = 0x1005;

    /** The node is going away. */
    public static final long SHUTDOWN = 0x1006;

    /** The peer or address is not welcome here. */
    public static final long GATED = 0x1007;

    /** A code that the wire could not carry. */
    public static final long CODE_OUT_OF_RANGE = 0x1008;

    /** The largest code there is. */
    public static final long MAX = 0xffffffffL;

    private Codes() {}

    /** The code itself if it fits 32 bits, else {@link #CODE_OUT_OF_RANGE}. */
    public static long checked(long code) {
        return code < 0 || code > MAX ? CODE_OUT_OF_RANGE : code;
    }

    /** The name of a libp2p code, else its number in hexadecimal. */
    public static String name(long code) {
        if (code == NONE) return "none";
        if (code == PROTOCOL_NEGOTIATION_FAILED) return "protocol negotiation failed";
        if (code == RESOURCE_LIMIT_EXCEEDED) return "resource limit exceeded";
        if (code == RATE_LIMITED) return "rate limited";
        if (code == PROTOCOL_VIOLATION) return "protocol violation";
        if (code == SUPPLANTED) return "supplanted";
        if (code == GARBAGE_COLLECTED) return "garbage collected";
        if (code == SHUTDOWN) return "shutdown";
        if (code == GATED) return "gated";
        if (code == CODE_OUT_OF_RANGE) return "code out of range";
        return "0x" + Long.toHexString(code);
    }
}
