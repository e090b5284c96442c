package libp2p.core.net;

import libp2p.core.Buf;
import libp2p.core.Loop;
import libp2p.multiformats.Nullable;

/**
 * One flow-controlled, bidirectional byte stream to a peer, under one protocol id.
 *
 * <p>Used from its loop only, which never changes. No method calls a handler before it returns; after the end, methods do nothing.
 */
public interface Stream {
    /** The connection that carries it now; it may change when a stream migrates. */
    Connection connection();

    /** Where its handler is called and its methods may be. */
    Loop loop();

    /** The negotiated protocol id; empty while there is none yet. */
    String protocol();

    /** Takes what fits of the data, by copy, and says how much; when it took less, {@code onWritable} says when to go on. */
    int write(Buf source);

    /** We have said all: half-closes after what was written. Reading goes on. */
    void finish();

    /** Gives up both directions; the peer hears the code where the wire can carry it. {@code onClose} follows. */
    void reset(long code);

    /** We read no more: what arrives is discarded, and the peer is told where the wire has a word for it. Writing goes on. */
    void stop(long code);

    /** Offers again what {@code onData} left unread. */
    void read();

    /**
     * Hands the stream to another handler, under another id unless null; {@code next} hears {@code onOpen}, then what lies unread, after
     * this call.
     */
    void handler(@Nullable String protocol, StreamHandler next);

    /**
     * Bytes of the largest datagram that can be sent beside the stream now; 0 where there are none.
     *
     * <p>QUIC has them, if both ends do, as long as the stream is open and we have not finished; so has the simulator.
     */
    default int datagramMax() {
        return 0;
    }

    /**
     * Sends a datagram beside the stream, or drops it and says false: when it is too large, or too many wait already.
     *
     * <p>Even one that was sent may not arrive, or late, or before bytes that were written first. It is dropped where the peer does not
     * know the stream yet, or its handler is not ready.
     */
    default boolean datagram(Buf data) {
        return false;
    }
}
