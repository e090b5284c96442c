package libp2p.netty;

import libp2p.core.Buf;
import libp2p.core.Violation;

/** What tells a session's stream from a request: the first bytes of a bidirectional stream (draft-ietf-webtrans-http3-02 4.2). */
final class WtHeader {
    /** Bytes of the longest. */
    static final int SIZE_MAX = 2 * QuicVarint.SIZE_MAX;

    /** There are too few bytes to tell. */
    static final long MORE = -1;

    /** It is no session's, but a request of HTTP/3. */
    static final long REQUEST = -2;

    /** The type of a session's unidirectional streams (4.1), of which libp2p has none. */
    static final long UNIDIRECTIONAL = 0x54;

    private static final long BIDIRECTIONAL = 0x41;
    private static final int STREAM_KINDS = 4; // ids of bidirectional streams that clients open are multiples of it, RFC 9000 2.1

    private WtHeader() {}

    /** The session that a stream is of, or {@link #MORE}, or {@link #REQUEST}; takes the header once it is whole. */
    static long read(Buf in) {
        int start = in.start;
        long type = QuicVarint.read(in);
        if (type == -1) return MORE;
        if (type != BIDIRECTIONAL) {
            in.start = start;
            return REQUEST;
        }
        long session = QuicVarint.read(in);
        if (session == -1) {
            in.start = start;
            return MORE;
        }
        if (session % STREAM_KINDS != 0) throw new Violation("a stream of a session that cannot be");
        return session;
    }

    /** What a stream of that session begins with. */
    static byte[] of(long session) {
        return QuicVarint.put(QuicVarint.put(new Buf(SIZE_MAX), BIDIRECTIONAL), session).takeAll();
    }
}
