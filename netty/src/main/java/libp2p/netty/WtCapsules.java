package libp2p.netty;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import libp2p.core.Buf;
import libp2p.core.Violation;

/**
 * What two ends say of their session on the stream that it was asked for on: capsules (RFC 9297 3.2), of which the close and the wish to
 * end matter and all others are passed over (draft-ietf-webtrans-http3-02 5).
 */
final class WtCapsules {
    /** Hears what was said. */
    interface Told {
        /** The session is over. */
        void closed(long code, String text);

        /** The peer wants no new streams. */
        void draining();
    }

    static final long CLOSE = 0x2843;
    static final long DRAIN = 0x78ae;

    private static final int CODE = 4;
    private static final int TEXT_MAX = 1024;

    private final Buf held = new Buf(2 * QuicVarint.SIZE_MAX); // a capsule's beginning, then a close's value
    private long type = -1; // of the capsule whose value is being read
    private long left; // bytes of its value
    private boolean over;

    /** Takes all bytes there are; Violation if they are no capsules. */
    void read(Buf in, Told told) {
        while (!in.isEmpty() && !over) {
            if (type == -1) header(in, told);
            else value(in, told);
        }
        in.skip(in.size()); // after a close nothing counts
    }

    private void header(Buf in, Told told) {
        held.putU8(in.u8());
        Buf both = new Buf(held.array, held.start, held.end);
        long what = QuicVarint.read(both);
        long size = what == -1 ? -1 : QuicVarint.read(both);
        if (size == -1) return;
        held.clear();
        type = what;
        left = size;
        if (type == CLOSE && (size < CODE || size > CODE + TEXT_MAX)) throw new Violation("a session's close of " + size + " bytes");
        if (left == 0) ended(told);
    }

    private void value(Buf in, Told told) {
        int n = (int) Math.min(left, in.size());
        left -= n;
        if (type == CLOSE) {
            held.grow(n);
            in.moveTo(held, n);
        } else {
            in.skip(n);
        }
        if (left == 0) ended(told);
    }

    private void ended(Told told) {
        long what = type;
        type = -1;
        if (what == CLOSE) {
            over = true;
            told.closed(held.u32(), new String(held.takeAll(), StandardCharsets.UTF_8));
        } else if (what == DRAIN) {
            told.draining();
        }
    }

    /** A close with a code of 32 bits, and as much of the text as it may have. */
    static byte[] close(long code, String text) {
        byte[] said = text.getBytes(StandardCharsets.UTF_8);
        int n = said.length;
        if (n > TEXT_MAX) {
            n = TEXT_MAX;
            while (n > 0 && (said[n] & 0xc0) == 0x80) n--; // not within a character
        }
        Buf out = new Buf(2 * QuicVarint.SIZE_MAX + CODE + n);
        QuicVarint.put(QuicVarint.put(out, CLOSE), CODE + n);
        return out.putI32((int) code).put(Arrays.copyOf(said, n)).takeAll();
    }
}
