package libp2p.netty;

import libp2p.core.Buf;

/** QUIC's integers (RFC 9000 16): one, two, four or eight bytes, as the first one's first two bits say. */
final class QuicVarint {
    /** Bytes of the longest. */
    static final int SIZE_MAX = 8;

    private QuicVarint() {}

    /** Takes one; -1 if there is no whole one, and then takes nothing. */
    static long read(Buf in) {
        if (in.isEmpty()) return -1;
        int size = 1 << (in.peek(0) >> 6);
        if (in.size() < size) return -1;
        long v = in.u8() & 0x3f;
        for (int i = 1; i < size; i++) v = v << 8 | in.u8();
        return v;
    }

    /** Appends it in the fewest bytes. */
    static Buf put(Buf out, long v) {
        if (v < 0 || v >= 1L << 62) throw new IllegalArgumentException("no QUIC integer: " + v);
        if (v < 1 << 6) return out.putU8((int) v);
        if (v < 1 << 14) return out.putU16((int) v | 0x4000);
        if (v < 1 << 30) return out.putI32((int) v | 0x80000000);
        return out.putI64(v | 0xc000000000000000L);
    }
}
