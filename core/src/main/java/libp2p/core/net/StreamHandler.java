package libp2p.core.net;

import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.multiformats.Nullable;

/**
 * What a protocol does with one stream; called one at a time, on the stream's loop.
 *
 * <p>A {@link libp2p.core.Violation} thrown from here resets the stream with its code; any other exception is a bug, is reported, and
 * resets it too.
 */
public interface StreamHandler {
    /** The stream can be written and read from now on. Comes first, once, unless the open failed. */
    default void onOpen(Stream stream) {}

    /**
     * Bytes arrived, lent for this call; what is left in {@code data} stays unread and holds the peer's window.
     *
     * <p>Comes again when more arrive and after {@link Stream#read}. Who waits for a frame larger than the window must take its bytes.
     */
    void onData(Stream stream, Buf data);

    /** There is room again after a short write. */
    default void onWritable(Stream stream) {}

    /**
     * The peer has said all, and all of it was read. Answering late is normal, so what to do has no default; many call
     * {@link Stream#finish}.
     */
    void onFinish(Stream stream);

    /** The peer wants no more of us: our half is already reset with its code, reading goes on. */
    default void onStop(Stream stream, long code) {}

    /**
     * The connection drains: it takes no new streams and closes soon. A stream that only waits for the peer's next word should be ended
     * now; what is at work goes on, for at most {@link Limits#drainNanos}.
     */
    default void onDrain(Stream stream) {}

    /** A datagram came beside the stream, lent for this call. */
    default void onDatagram(Stream stream, Buf data) {}

    /** The end, exactly once, last. The stream is null if the open failed. */
    default void onClose(@Nullable Stream stream, CloseReason reason) {}
}
