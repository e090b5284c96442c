package libp2p.netty;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.AttributeKey;
import java.util.function.Consumer;

/**
 * How a dialled connection closes: what is due is sent before, and its buffers are for a bounded number of packets after.
 *
 * <p>When a connection closes, Netty asks the library for packets until there are none. Until the server has confirmed the handshake
 * (RFC 9001 4.1.2) there may be no end of them: with an application's code to close with and a probe due in the handshake's packet number
 * space, quiche 0.29.3 ({@code Connection::send_single}) writes one acknowledgement after another, and neither the close nor the probe. A
 * probe is due if its timer ran out while the loop was busy, and when the server confirms is the server's to choose. A buffer in which no
 * packet has room ends it.
 */
final class QuicFarewell extends AbstractByteBufAllocator {
    /** Packets that a connection sends from its close on: what streams still had, and the close. */
    static final int PACKETS_MAX = 1024;

    /** How the library is made to look after a connection that we dialled. */
    static final AttributeKey<Consumer<QuicChannel>> STIR = AttributeKey.valueOf(QuicFarewell.class, "stir");

    private static final int NO_ROOM = 8; // as Netty takes when the library wants to send nothing

    private final Channel connection;
    private final ByteBufAllocator from;
    private int packets;

    private QuicFarewell(Channel connection) {
        super(true);
        this.connection = connection;
        this.from = connection.alloc();
    }

    /** Sees to it that the connection's close ends. */
    static void bound(Channel connection) {
        connection.config().setAllocator(new QuicFarewell(connection));
    }

    /**
     * Closes a connection with an application's code. What is due goes out before: the first look notices that a timer has run out, and
     * what it wants is sent with the second.
     */
    static void close(QuicChannel connection, int code, ByteBuf text) {
        Consumer<QuicChannel> stir = connection.attr(STIR).get();
        for (int i = 0; stir != null && i < 2 && connection.isActive(); i++) stir.accept(connection);
        connection.close(true, code, text);
    }

    @Override
    protected ByteBuf newDirectBuffer(int capacity, int most) {
        boolean over = !connection.isOpen() && ++packets > PACKETS_MAX;
        return from.directBuffer(over ? NO_ROOM : capacity, most);
    }

    @Override
    protected ByteBuf newHeapBuffer(int capacity, int most) {
        return from.heapBuffer(capacity, most);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return from.isDirectBufferPooled();
    }
}
