package libp2p.core.wire.mplex;

import libp2p.core.Buf;
import libp2p.multiformats.Varint;

/** The header of each message (mplex/README.md, Message format): a varint of stream number and flag, and a varint length. */
final class Frames {
    /** Two varints of up to 9 bytes. */
    static final int HEADER_MAX = 18;

    /** What a message may carry; go-multiplex's and js-libp2p's bound. */
    static final int LENGTH_MAX = 1024 * 1024;

    /** What ours carry. */
    static final int DATA_MAX = 64 * 1024;

    /** What the name of a new stream may take; it means nothing. */
    static final int NAME_MAX = 1024;

    static final int NEW = 0;

    // Each with 1 added when it is the stream's initiator who sends.
    static final int MESSAGE = 1;
    static final int CLOSE = 3;
    static final int RESET = 5;

    private static final int FLAG_BITS = 3;

    private Frames() {}

    static long header(long id, int flag) {
        return id << FLAG_BITS | flag;
    }

    static long id(long header) {
        return header >>> FLAG_BITS;
    }

    static int flag(long header) {
        return (int) header & (1 << FLAG_BITS) - 1;
    }

    static int size(long header, int length) {
        return Varint.size(header) + Varint.size(length);
    }

    static void put(Buf to, long header, int length) {
        to.putVarint(header);
        to.putVarint(length);
    }
}
