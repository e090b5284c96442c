package libp2p.netty;

/** What QUIC connections begin with. */
final class QuicOptions {
    /** Bytes that all streams of a connection may send before anything is read. */
    static final long CONNECTION_WINDOW = 2 << 20;

    /** Bytes that a stream may send before anything is read. */
    static final long STREAM_WINDOW = 1 << 20;

    private QuicOptions() {}
}
