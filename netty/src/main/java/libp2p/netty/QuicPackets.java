package libp2p.netty;

import io.netty.buffer.ByteBuf;

/** Packets within a datagram (RFC 9000 12.2). */
final class QuicPackets {
    private static final int TYPE = 0xf0;
    private static final int HANDSHAKE = 0xe0; // RFC 9000 17.2.4
    private static final int IDS_AT = 5;

    private QuicPackets() {}

    /**
     * Bytes of the packet that a datagram begins with, if that is one of the handshake's and another stands behind it; else 0.
     *
     * <p>The library drops what stands behind a packet for which it has no keys any more, though it should not.
     */
    static int handshake(ByteBuf datagram) {
        int begin = datagram.readerIndex();
        int end = datagram.writerIndex();
        if (begin == end || (datagram.getByte(begin) & TYPE) != HANDSHAKE) return 0;
        int at = begin + IDS_AT;
        for (int id = 0; id < 2 && at < end; id++) at += 1 + datagram.getUnsignedByte(at);
        if (at >= end) return 0;
        int first = datagram.getUnsignedByte(at);
        int bytes = 1 << (first >> 6);
        if (bytes > end - at) return 0;
        long length = first & 0x3f; // an integer as in QuicVarint
        for (int i = 1; i < bytes; i++) length = length << Byte.SIZE | datagram.getUnsignedByte(at + i);
        long size = at - begin + bytes + length;
        return size < end - begin ? (int) size : 0;
    }
}
