package libp2p.core.wire.sctp;

import libp2p.core.Buf;
import libp2p.core.Violation;
import libp2p.multiformats.Nullable;

/**
 * What INIT and INIT ACK say (RFC 9260 3.3.2, 3.3.3).
 *
 * @param tag the verification tag of packets to who says it
 * @param window of the receiver
 * @param firstTsn the first number of its data
 * @param cookie what is to be echoed; null in INIT
 */
record Init(int tag, int window, int firstTsn, byte @Nullable [] cookie) {
    private static final int STREAMS = 0xffff; // RFC 8831 6.2
    private static final int BODY = 16;
    private static final int COOKIE_MAX = 1024;

    /** As a chunk: an INIT ACK if there is a cookie, else an INIT. */
    byte[] chunk() {
        byte[] c = cookie;
        int body = BODY + Format.CHUNK + 1 + (c == null ? 0 : Format.padded(Format.CHUNK + c.length));
        Buf b = Format.chunk(c == null ? Format.INIT : Format.INIT_ACK, 0, body);
        b.putI32(tag).putI32(window).putU16(STREAMS).putU16(STREAMS).putI32(firstTsn);
        if (c != null) b.putU16(Format.PARAM_COOKIE).putU16(Format.CHUNK + c.length).put(c);
        Format.pad(b);
        b.putU16(Format.PARAM_EXTENSIONS).putU16(Format.CHUNK + 1).putU8(Format.RE_CONFIG);
        Format.pad(b);
        return b.takeAll();
    }

    /** Of a chunk's body. */
    static Init read(Buf body) {
        int tag = body.i32();
        int window = (int) Math.min(Integer.MAX_VALUE, body.u32());
        int out = body.u16();
        int in = body.u16();
        int tsn = body.i32();
        if (tag == 0 || out == 0 || in == 0) throw new Violation("SCTP set-up without tag or streams");
        byte[] cookie = null;
        boolean canReset = false;
        while (body.size() >= Format.CHUNK) {
            int type = body.u16();
            int size = body.u16();
            if (size < Format.CHUNK || size - Format.CHUNK > body.size()) throw new Violation("SCTP parameter is cut short");
            Buf p = body.slice(size - Format.CHUNK);
            body.skip(Math.min(body.size(), Format.padded(size) - size));
            if (type == Format.PARAM_COOKIE) {
                if (p.size() > COOKIE_MAX) throw new Violation("SCTP cookie of " + p.size() + " bytes");
                cookie = p.takeAll();
            } else if (type == Format.PARAM_EXTENSIONS) {
                while (!p.isEmpty()) canReset |= p.u8() == Format.RE_CONFIG;
            } else if ((type & 0x8000) == 0 && type > Format.PARAM_RESET_RESPONSE) {
                break; // RFC 9260 3.2.2: unknown, and stops the reading
            }
        }
        if (!canReset) throw new Violation("the peer's SCTP cannot reset streams"); // RFC 8831 6.2: it must
        return new Init(tag, window, tsn, cookie);
    }
}
