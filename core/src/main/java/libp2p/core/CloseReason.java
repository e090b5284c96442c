package libp2p.core;

import java.util.List;

/**
 * Why a stream, connection or attempt ended; expected endings are values, not exceptions.
 *
 * @param kind what happened
 * @param code the error code sent or received (see {@link Codes}), 0 for none
 * @param detail one line for people, never parsed
 * @param causes what led to it, such as each address that was tried in a dial
 */
public record CloseReason(Kind kind, long code, String detail, List<CloseReason> causes) {

    /** What happened. */
    public enum Kind {
        /** Both sides said all they wanted. */
        FINISHED,
        /** We gave it up. */
        RESET,
        /** The peer gave it up; its code is in {@link CloseReason#code}. */
        PEER_RESET,
        /** The connection under it was closed, by either side; its code shows here. */
        CONNECTION_CLOSED,
        /** The transport broke: no farewell was heard. */
        LOST,
        /** A limit, a gater or the peer said no before it began. */
        REFUSED,
        /** No way to the address or peer was found. */
        UNREACHABLE,
        /** It took too long. */
        TIMED_OUT,
        /** Whoever asked for it no longer wants it. */
        CANCELLED,
        /** The two have no protocol in common. */
        UNSUPPORTED,
        /** The peer broke the rules. */
        VIOLATION,
        /** We broke: an exception that should not have been. */
        BUG
    }

    /** All said. */
    public static final CloseReason FINISHED = of(Kind.FINISHED);

    /** Given up by whoever asked. */
    public static final CloseReason CANCELLED = of(Kind.CANCELLED);

    /** A reason without code or detail. */
    public static CloseReason of(Kind kind) {
        return new CloseReason(kind, Codes.NONE, "", List.of());
    }

    /** A reason with a line for people. */
    public static CloseReason of(Kind kind, String detail) {
        return new CloseReason(kind, Codes.NONE, detail, List.of());
    }

    /** A reason with a code and a line for people. */
    public static CloseReason of(Kind kind, long code, String detail) {
        return new CloseReason(kind, code, detail, List.of());
    }

    /** What the peer's misbehaviour ends things with. */
    public static CloseReason of(Violation v) {
        return new CloseReason(Kind.VIOLATION, v.code(), String.valueOf(v.getMessage()), List.of());
    }

    /** What a bug of ours ends things with. */
    public static CloseReason bug(Throwable t) {
        return new CloseReason(Kind.BUG, Codes.NONE, t.toString(), List.of());
    }

    /** The same with causes. */
    public CloseReason because(List<CloseReason> causes) {
        return new CloseReason(kind, code, detail, causes);
    }

    @Override
    public String toString() {
        StringBuilder s = new StringBuilder(kind.name());
        if (code != Codes.NONE) s.append(" (").append(Codes.name(code)).append(')');
        if (!detail.isEmpty()) s.append(": ").append(detail);
        for (CloseReason c : causes) s.append("; ").append(c);
        return s.toString();
    }
}
