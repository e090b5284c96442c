package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import libp2p.core.Buf;
import libp2p.multiformats.Multihash;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsDecodeResult;
import org.bouncycastle.tls.crypto.TlsEncodeResult;

/**
 * The records of a DTLS 1.2 connection after its handshake (RFC 6347 4.1): sealed and opened on a loop, by the handshake's cipher. The keys
 * do not change any more.
 */
final class DtlsRecords {
    /** Bytes that a record adds to what it carries: header, explicit nonce and tag. */
    static final int OVERHEAD = 13 + 8 + 16;

    private static final int HEADER = 13;
    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;
    private static final int DATA = 23;
    private static final int VERSION_HIGH = 0xfe; // and 0xfd: 1.2
    private static final int VERSION_LOW = 0xfd;
    private static final long EPOCH = 1L << 48;
    private static final int WINDOW = 64; // RFC 6347 4.1.2.6
    private static final int FATAL = 2;
    private static final int CLOSE_NOTIFY = 0;
    private static final int FLIGHTS_MAX = 8;

    private final TlsCipher cipher;
    private final Multihash peer;
    private final List<byte[]> lastFlight;
    private long next;
    private long highest = -1; // of the peer's
    private long seen; // of the 64 up to it, the highest in bit 0
    private int flights;

    DtlsRecords(TlsCipher cipher, long next, Multihash peer, List<byte[]> lastFlight) {
        this.cipher = cipher;
        this.next = next;
        this.peer = peer;
        this.lastFlight = new ArrayList<>(lastFlight);
    }

    /** Of the certificate that the peer showed. */
    Multihash peer() {
        return peer;
    }

    // ---- out

    /** The record of some data. */
    ByteBuf seal(Buf plain, ByteBufAllocator alloc) {
        return seal(DATA, plain.array, plain.start, plain.size(), alloc);
    }

    /** The record that ends it. */
    ByteBuf farewell(ByteBufAllocator alloc) {
        return seal(ALERT, new byte[] {1, CLOSE_NOTIFY}, 0, 2, alloc);
    }

    private ByteBuf seal(int type, byte[] plain, int at, int size, ByteBufAllocator alloc) {
        long number = next++;
        if (number >= EPOCH) throw new IllegalStateException("the record numbers are used up");
        TlsEncodeResult sealed;
        try {
            sealed = cipher.encodePlaintext(EPOCH | number, (short) type, ProtocolVersion.DTLSv12, HEADER, plain, at, size);
        } catch (IOException e) {
            throw new IllegalStateException("a record cannot be sealed", e);
        }
        ByteBuf out = alloc.directBuffer(sealed.len);
        out.writeByte(type).writeByte(VERSION_HIGH).writeByte(VERSION_LOW).writeLong(EPOCH | number).writeShort(sealed.len - HEADER);
        return out.writeBytes(sealed.buf, sealed.off + HEADER, sealed.len - HEADER);
    }

    // ---- in

    /** What a packet holds. */
    interface Opened {
        /** Data, lent. */
        void data(Buf plain);

        /** The peer has ended it. */
        void closed();
    }

    /**
     * Opens the records of a packet; those that are not authentic, or come twice, are passed over.
     *
     * @param resend sends a packet of our last flight again, which the peer has not got
     */
    void open(byte[] packet, int size, Opened to, Consumer<byte[]> resend) {
        for (int at = 0; at + HEADER <= size; ) {
            int type = packet[at] & 0xff;
            Buf header = new Buf(packet, at + 3, at + HEADER);
            long number = header.i64();
            int length = header.u16();
            int body = at + HEADER;
            if (length > size - body) return;
            at = body + length;
            if (number >>> 48 == 1) {
                if (!record(type, number & EPOCH - 1, packet, body, length, to)) return;
            }
            if (type == HANDSHAKE && flights < FLIGHTS_MAX && !lastFlight.isEmpty()) {
                flights++;
                lastFlight.forEach(resend);
                return;
            }
        }
    }

    private boolean record(int type, long number, byte[] packet, int at, int length, Opened to) {
        if (highest - number >= WINDOW || number <= highest && (seen >>> highest - number & 1) != 0) return true;
        TlsDecodeResult opened;
        try {
            if (length < OVERHEAD - HEADER) return true;
            opened = cipher.decodeCiphertext(EPOCH | number, (short) type, ProtocolVersion.DTLSv12, packet, at, length);
        } catch (IOException e) {
            return true;
        }
        if (number > highest) {
            long moved = number - highest;
            seen = (moved >= WINDOW ? 0 : seen << moved) | 1;
            highest = number;
        } else {
            seen |= 1L << highest - number;
        }
        if (type == DATA) {
            lastFlight.clear(); // it has all of the handshake
            to.data(new Buf(opened.buf, opened.off, opened.off + opened.len));
        } else if (type == ALERT && opened.len >= 2) {
            int level = opened.buf[opened.off] & 0xff;
            if (level == FATAL || opened.buf[opened.off + 1] == CLOSE_NOTIFY) {
                to.closed();
                return false;
            }
        }
        return true;
    }
}
