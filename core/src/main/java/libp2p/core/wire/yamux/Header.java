package libp2p.core.wire.yamux;

import libp2p.core.Buf;

/** A header that arrives, perhaps in pieces. */
final class Header {
    private long head; // version, type, flags and stream
    private int length;
    private int have;

    /** Takes what there is; true once the header is whole, which it then is until the next call. */
    boolean take(Buf from) {
        if (have == 0 && from.size() >= Frames.HEADER) {
            head = from.i64();
            length = from.i32();
            return true;
        }
        while (have < Frames.HEADER && !from.isEmpty()) {
            int b = from.u8();
            if (have < 8) head = head << 8 | b;
            else length = length << 8 | b;
            have++;
        }
        if (have < Frames.HEADER) return false;
        have = 0;
        return true;
    }

    int version() {
        return (int) (head >>> 56);
    }

    int type() {
        return (int) (head >>> 48) & 0xff;
    }

    int flags() {
        return (int) (head >>> 32) & 0xffff;
    }

    int id() {
        return (int) head;
    }

    /** As an unsigned number if negative. */
    int length() {
        return length;
    }
}
