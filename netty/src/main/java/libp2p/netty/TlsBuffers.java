package libp2p.netty;

import java.nio.ByteBuffer;
import libp2p.core.Buf;

/**
 * The buffers outside the heap that the TLS connections of one loop share for the length of a call: engines work in place there.
 *
 * <p>Used on its loop only.
 */
final class TlsBuffers {
    /** Bytes of a record's header. */
    static final int HEADER = 5;

    /** The most plain bytes of a record (RFC 8446 5.1). */
    static final int PLAIN_MAX = 16 * 1024;

    /** The most bytes behind a record's header (RFC 8446 5.2). */
    static final int BODY_MAX = PLAIN_MAX + 256;

    private static final int ROOM = 20 * 1024; // what engines want to see, though no record is as large

    final ByteBuffer wire = ByteBuffer.allocateDirect(ROOM);
    final ByteBuffer plain = ByteBuffer.allocateDirect(ROOM);

    /** Puts the next {@code n} bytes, which are taken, where the engine reads them. */
    static ByteBuffer fill(ByteBuffer to, Buf from, int n) {
        to.clear();
        to.put(from.array, from.start, n);
        to.flip();
        from.skip(n);
        return to;
    }

    /** Appends what the engine wrote; there must be room. */
    static int drain(ByteBuffer from, Buf to) {
        from.flip();
        int n = from.remaining();
        if (n > to.room()) throw new IllegalArgumentException("no room for " + n + " bytes in " + to);
        from.get(to.array, to.end, n);
        to.end += n;
        return n;
    }
}
