package libp2p.jvm;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import libp2p.core.Buf;
import libp2p.core.Cancellable;
import libp2p.multiformats.Nullable;

/**
 * A socket that has said its last and discards what still comes, until the peer has read that and closes, or for {@link #NANOS_MAX}.
 *
 * <p>Closed at once, a socket with unread bytes would send a reset, upon which the peer's system drops what its application has not read.
 */
final class Lingering implements NioLoop.Channel {
    /** How long one waits. */
    static final long NANOS_MAX = 1_000_000_000;

    /** How many bytes one discards. */
    static final int BYTES_MAX = 4 * 1024 * 1024;

    /** How many wait on one loop; more are closed at once. */
    static final int COUNT_MAX = 256;

    private final NioLoop loop;
    private final SocketChannel channel;
    private final Cancellable timer;
    private int left = BYTES_MAX;
    private boolean over;

    private Lingering(NioLoop loop, SocketChannel channel) {
        this.loop = loop;
        this.channel = channel;
        this.timer = loop.schedule(NANOS_MAX, this::close);
        loop.buffers().lingering++;
    }

    /** Half-closes, and takes the socket over; on its loop. */
    static void begin(NioLoop loop, SocketChannel channel, SelectionKey key) {
        try {
            if (channel.isConnected()) channel.shutdownOutput();
            if (loop.buffers().lingering >= COUNT_MAX || !key.isValid()) {
                TcpSockets.close(channel);
                return;
            }
        } catch (IOException e) {
            TcpSockets.close(channel);
            return;
        }
        Lingering l = new Lingering(loop, channel);
        key.attach(l);
        key.interestOps(SelectionKey.OP_READ);
        l.discard();
    }

    @Override
    public void ready(SelectionKey key) {
        discard();
    }

    private void discard() {
        Buf waste = loop.buffers().borrow();
        try {
            int n = loop.buffers().read(channel, waste);
            left -= Math.max(n, 0);
            if (n < 0 || left <= 0) close();
        } catch (IOException e) {
            close();
        } finally {
            loop.buffers().giveBack(waste);
        }
    }

    @Override
    public void broken(@Nullable Throwable bug) {
        close();
    }

    private void close() {
        if (over) return;
        over = true;
        timer.cancel();
        loop.buffers().lingering--;
        TcpSockets.close(channel);
    }
}
