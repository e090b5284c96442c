package libp2p.core.wire.yamux;

import libp2p.core.Buf;

/**
 * The 12-byte header in front of each frame (spec.md, Framing): version, type, flags, stream, length, big-endian.
 *
 * <p>We send one flag a frame only: a combination is legal, but deployed jvm-libp2p closes the connection on one.
 */
final class Frames {
    static final int HEADER = 12;

    /** What deployed peers take (go-yamux's default; js-yamux refuses more). */
    static final int DATA_MAX = 64 * 1024;

    /** What each stream may carry before the first update, and the least window (spec.md, Flow Control). */
    static final int WINDOW = 256 * 1024;

    static final int VERSION = 0;

    static final int DATA = 0;
    static final int UPDATE = 1;
    static final int PING = 2;
    static final int GOAWAY = 3;

    static final int SYN = 1;
    static final int ACK = 2;
    static final int FIN = 4;
    static final int RST = 8;

    private Frames() {}

    /** Appends a header. */
    static void put(Buf to, int type, int flags, int id, int length) {
        to.putI32(VERSION << 24 | type << 16 | flags);
        to.putI32(id);
        to.putI32(length);
    }
}
