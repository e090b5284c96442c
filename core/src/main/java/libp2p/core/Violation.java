package libp2p.core;

/**
 * The peer broke the rules.
 *
 * <p>Thrown by parsers and handlers, caught in one place: from a stream handler it resets that stream, from the wire, the security or the
 * muxer it closes the connection, with code {@link #code()}. Carries no stack trace: it is cheap, and remote input is no bug.
 */
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final long code;

    /** A violation that the peer hears of as {@link Codes#PROTOCOL_VIOLATION}. */
    public Violation(String what) {
        this(what, Codes.PROTOCOL_VIOLATION);
    }

    /** A violation that the peer hears of as {@code code}. */
    public Violation(String what, long code) {
        super(what);
        this.code = code;
    }

    /** Leaves the trace out. Not by the constructor that is made for it, since TeaVM's class library has none. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }

    /** The error code to send, of {@link Codes} or of the application. */
    public long code() {
        return code;
    }
}
