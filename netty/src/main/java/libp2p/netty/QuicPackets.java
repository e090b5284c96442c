package libp2p.netty;

import io.netty.buffer.ByteBuf;

/** Packets within a datagram (RFC 9000 12.2). */
final class QuicPackets {
    private static final int TYPE = 0xf0;
    private static final int HANDSHAKE = 0xe0; // RFC 9000 17.2.4
    private static final int IDS_AT = 5;

    private QuicPackets() {}

    /**
     * Bytes of the packets of the handshake that a datagram begins with, if another stands behind them; else 0.
     *
     * <p>The library drops what stands behind a packet for which it has no keys any more, though it should not.
     */
    static int handshake(ByteBuf datagram) {
        int begin = datagram.readerIndex();
        int at = begin;
        for (int next = behind(datagram, at); next > at; next = behind(datagram, at)) at = next;
        return at < datagram.writerIndex() ? at - begin : 0;
    }

    /** Where the packet of the handshake ends that begins there; the same place if there is none that is whole. */
    private static int behind(ByteBuf datagram, int begin) {
        int end = datagram.writerIndex();
        if (begin == end || (datagram.getByte(begin) & TYPE) != HANDSHAKE) return begin;
        int at = begin + IDS_AT;
        for (int id = 0; id < 2 && at < end; id++) at += 1 + datagram.getUnsignedByte(at);
        if (at >= end) return begin;
        int first = datagram.getUnsignedByte(at);
        int bytes = 1 << (first >> 6);
        if (bytes > end - at) return begin;
        long length = first & 0x3f; // an integer as in QuicVarint
        for (int i = 1; i < bytes; i++) length = length << Byte.SIZE | datagram.getUnsignedByte(at + i);
        return length > end - at - bytes ? begin : (int) (at + bytes + length);
    }
}
