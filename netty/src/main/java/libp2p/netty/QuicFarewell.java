package libp2p.netty;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.util.AttributeKey;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import libp2p.multiformats.Nullable;

/**
 * How a connection closes that we dialled: with a code that the server can read, and with an end.
 *
 * <p>Until the server has confirmed the handshake (RFC 9001 4.1.2) it may not have our last flight yet, and so cannot read a close. Nor may
 * the library write one: with a probe due in the handshake's packet number space, quiche 0.29.3 ({@code Connection::send_single}) writes
 * one acknowledgement after another, and neither the close nor the probe, and Netty asks it for packets until there are none. A probe is
 * due if its timer ran out while the loop was busy. So a close waits for the confirmation, as the first packet of the server's after the
 * handshake is taken for. A hostile one confirms nothing: after a second what is due is sent, and then the close; and packets after that
 * are counted, since a timer may run out even between the two. On the connection's loop.
 */
final class QuicFarewell {
    /** Packets that a connection sends from its close on: what streams still had, and the close. */
    static final int PACKETS_MAX = 1024;

    private static final AttributeKey<QuicFarewell> KEY = AttributeKey.valueOf(QuicFarewell.class, "farewell");
    private static final long WAIT_MILLIS = 1000;

    private final QuicChannel connection;
    private final ByteBuf id;
    private final Map<ByteBuf, QuicFarewell> waiting;
    private final Runnable stir;
    private boolean unconfirmed;
    private int code;
    private @Nullable ByteBuf text; // of a close that waits

    /** Of a connection that we dial, which is in the table by its id while it waits; {@code stir} makes the library look after it. */
    QuicFarewell(QuicChannel connection, ByteBuf id, Map<ByteBuf, QuicFarewell> waiting, Runnable stir) {
        this.connection = connection;
        this.id = id;
        this.waiting = waiting;
        this.stir = stir;
        connection.attr(KEY).set(this);
        connection.config().setAllocator(new Counted(connection));
    }

    /** The handshake is over for us; it waits until it is over for the server too. */
    void await() {
        if (!connection.isOpen()) return;
        unconfirmed = true;
        waiting.put(id, this);
        connection.closeFuture().addListener(closed -> {
            waiting.remove(id);
            if (text != null) text.release();
            text = null;
        });
    }

    /** The server has confirmed the handshake. */
    void confirmed() {
        unconfirmed = false;
        now();
    }

    /** A close that waits does so no longer. */
    void now() {
        ByteBuf words = text;
        if (words == null) return;
        text = null;
        // The first look notices that a timer has run out, and what it wants is sent with the second.
        for (int i = 0; unconfirmed && i < 2; i++) stir.run();
        connection.close(true, code, words);
    }

    /** Whether it has been told to close, and waits. */
    static boolean waits(QuicChannel connection) {
        QuicFarewell f = connection.attr(KEY).get();
        return f != null && f.text != null;
    }

    /** Closes a connection of either side, with an application's code; the text is given away. */
    static void close(QuicChannel connection, int code, ByteBuf text) {
        QuicFarewell f = connection.attr(KEY).get();
        if (f == null || !f.unconfirmed) {
            connection.close(true, code, text);
        } else if (f.text != null) { // it waits with the first
            text.release();
        } else {
            f.code = code;
            f.text = text;
            connection.eventLoop().schedule(f::now, WAIT_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Buffers with room for a packet, and for no packet once there were enough after the close. */
    static final class Counted extends AbstractByteBufAllocator {
        private static final int NO_ROOM = 8; // as Netty takes when the library wants to send nothing

        private final Channel connection;
        private final ByteBufAllocator from;
        private int packets;

        Counted(Channel connection) {
            super(true);
            this.connection = connection;
            this.from = connection.alloc();
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
}
