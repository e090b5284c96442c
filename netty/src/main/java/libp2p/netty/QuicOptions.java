package libp2p.netty;

/** What QUIC connections begin with. */
final class QuicOptions {
    /** Bytes that all streams of a connection may send before anything is read. */
    static final long CONNECTION_WINDOW = 2 << 20;

    /** Bytes that a stream may send before anything is read. */
    static final long STREAM_WINDOW = 1 << 20;

    /** Bytes of a stream that may lie unread before no more are read: as many as Yamux's first window. */
    static final int UNREAD = 256 << 10;

    /** Unidirectional streams that a peer may have open: HTTP/3 has three (RFC 9114 6.2), and may have some that say nothing. */
    static final long UNIDIRECTIONAL = 8;

    /** Bytes that such a stream may send before anything is read. */
    static final long UNIDIRECTIONAL_WINDOW = 16 << 10;

    /** Datagrams of a connection that wait to be read, and as many to be sent; the library drops what comes beyond. */
    static final int DATAGRAMS = 64;

    private QuicOptions() {}
}
