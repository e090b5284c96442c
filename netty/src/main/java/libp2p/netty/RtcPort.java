package libp2p.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import libp2p.core.Buf;
import libp2p.core.wire.sctp.SctpSettings;

/** A UDP socket as WebRTC uses it, and what the links on it share. On its loop, but for {@link #send}. */
abstract class RtcPort {
    private static final int PACKET_MAX = 2048;

    /** Where a packet that came is copied to. */
    final byte[] received = new byte[PACKET_MAX];

    /** Where a packet that goes is made. */
    final Buf packet = new Buf(SctpSettings.DEFAULT.packetMax());

    abstract NettyLoop loop();

    abstract ByteBufAllocator alloc();

    /** Sends a packet with the next {@link #flush}; one for which the system has no room is lost. */
    abstract void write(InetSocketAddress to, ByteBuf packet);

    abstract void flush();

    /** A packet at once; from any thread. */
    final void send(InetSocketAddress to, byte[] bytes) {
        loop().execute(() -> sendNow(to, bytes));
    }

    final void sendNow(InetSocketAddress to, byte[] bytes) {
        write(to, alloc().directBuffer(bytes.length).writeBytes(bytes));
        flush();
    }

    /** Copies a packet to {@link #received}; gives its size, -1 if it is too long for any of ours. */
    final int take(ByteBuf from) {
        int n = from.readableBytes();
        if (n > PACKET_MAX) return -1;
        from.readBytes(received, 0, n);
        return n;
    }
}
