package libp2p.netty;

import libp2p.core.Codes;

/** Error codes of HTTP/3 and of WebTransport over it. */
final class WtCodes {
    /** All is well (RFC 9114 8.1). */
    static final int NO_ERROR = 0x100;

    /** The peer broke HTTP/3's rules. */
    static final int GENERAL_PROTOCOL_ERROR = 0x101;

    /** Nobody wants the answer any more. */
    static final int REQUEST_CANCELLED = 0x10c;

    /** A stream came when there was nobody for it (draft-ietf-webtrans-http3-02 4.4). */
    static final int STREAM_REJECTED = 0x3994bd84;

    private static final long FIRST = 0x52e4a40fa8dbL;
    private static final long LAST = 0x52e5ac983162L;
    private static final int BETWEEN = 0x1f; // every so many there is a code that HTTP/3 keeps for itself
    private static final int GREASE = 0x21;

    private WtCodes() {}

    /** The application's code within one of HTTP/3 (4.3); none if it is of no application. */
    static long application(long code) {
        if (code < FIRST || code > LAST || (code - GREASE) % BETWEEN == 0) return Codes.NONE;
        long shifted = code - FIRST;
        return shifted - shifted / BETWEEN;
    }
}
