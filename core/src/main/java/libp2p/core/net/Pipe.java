package libp2p.core.net;

import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.multiformats.Multiaddr;

/**
 * A raw duplex byte pipe with the rules of a {@link Stream}: a TCP socket, a WebSocket, a relayed stream, a serial line.
 *
 * <p>Used from its loop only. No method calls the handler before it returns.
 */
public interface Pipe {
    /** How many unread bytes a pipe can hold for its handler at least: twice the largest security record. */
    int HELD_MIN = 128 * 1024;

    /** Where its handler is called. */
    Loop loop();

    /** Our address, without {@code /p2p}. */
    Multiaddr localAddress();

    /** The peer's address, without {@code /p2p}. */
    Multiaddr remoteAddress();

    /** Whether it is bounded in time or bytes, as a relayed one is. */
    boolean limited();

    /** Who hears of it from now on. Nothing is read before there is a handler. */
    void handler(PipeHandler handler);

    /** Takes what fits of the data, by copy, and says how much; after a short write {@code onWritable} follows. */
    int write(Buf source);

    /** Offers again what {@code onData} left unread; while bytes lie unread and {@link #HELD_MIN} are held, nothing more is read. */
    void read();

    /** Half-closes after what was written. */
    void finish();

    /** Closes after flushing what the socket takes at once; {@code onClose} follows. */
    void close(CloseReason reason);
}
