package libp2p.netty;

import io.netty.util.AttributeKey;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Streams of a socket's connections that have something for the library at the end of the turn: when the packets that have come are read
 * and the library is about to answer them, or else in a task of its own. On the socket's loop.
 */
final class QuicTurn {
    /** Where a socket's channel has it. */
    static final AttributeKey<QuicTurn> KEY = AttributeKey.valueOf(QuicTurn.class, "turn");

    private final NettyLoop loop;
    private final Runnable task = this::ended;
    private final Queue<QuicStream> streams = new ArrayDeque<>();
    private boolean reading; // packets, and then it ends when they are read
    private boolean posted;

    QuicTurn(NettyLoop loop) {
        this.loop = loop;
    }

    /** Has the stream called when the turn ends; it asks once. */
    void add(QuicStream stream) {
        streams.add(stream);
        if (reading || posted) return;
        posted = true;
        loop.execute(task);
    }

    private void ended() {
        posted = false;
        end();
    }

    /** Packets are read from now on. */
    void begin() {
        reading = true;
    }

    /** The session is about to end: its streams do not wait. */
    void end(QuicSession session) {
        for (QuicStream s : streams.toArray(new QuicStream[0])) if (s.isOf(session)) s.turnEnded();
    }

    /** They have been read. */
    void end() {
        reading = false;
        for (QuicStream s = streams.poll(); s != null; s = streams.poll()) s.turnEnded();
    }
}
