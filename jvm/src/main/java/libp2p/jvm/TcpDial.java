package libp2p.jvm;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.net.Connection;
import libp2p.core.net.Dial;
import libp2p.core.net.Upgrader;
import libp2p.multiformats.Nullable;

/**
 * One attempt to connect and upgrade: waits for the socket, then for the upgrader.
 *
 * <p>On its loop, but for {@link #cancel}. Whatever ends it before there is a connection closes the socket at once.
 */
final class TcpDial implements Cancellable, NioLoop.Channel {
    private final NioLoop loop;
    private final Dial dial;
    private final TcpOptions options;
    private final Upgrader upgrader;
    private final Callback<? super Connection> done;
    private @Nullable SocketChannel channel;
    private Cancellable under = Cancellable.NONE; // the timer of the connect, then the upgrade
    private boolean upgrading;
    private boolean over;

    TcpDial(NioLoop loop, Dial dial, TcpOptions options, Upgrader upgrader, Callback<? super Connection> done) {
        this.loop = loop;
        this.dial = dial;
        this.options = options;
        this.upgrader = upgrader;
        this.done = done;
    }

    /** Begins; {@code nanosMax} bounds the connect, the upgrader has bounds of its own. */
    void begin(@Nullable InetSocketAddress source, long nanosMax) {
        if (over) return;
        long nanos = dial.deadlineNanos() == 0 ? nanosMax : Math.min(nanosMax, dial.deadlineNanos() - loop.nanoTime());
        if (nanos <= 0) {
            fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, "the deadline has passed"));
            return;
        }
        try {
            InetSocketAddress target = TcpSockets.socketAddress(dial.address());
            if (target.getPort() == 0) throw new IOException("port 0 cannot be dialled");
            boolean connected = connect(target, source);
            SocketChannel c = channel;
            if (c == null) throw new IOException("no socket");
            SelectionKey key = loop.register(c, connected ? 0 : SelectionKey.OP_CONNECT, this);
            if (connected) upgrade(c, key);
            else under = loop.schedule(nanos, () -> fail(CloseReason.of(CloseReason.Kind.TIMED_OUT, "connect")));
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private boolean connect(InetSocketAddress target, @Nullable InetSocketAddress source) throws IOException {
        SocketChannel first = TcpSockets.open(target, source, options);
        channel = first;
        try {
            return first.connect(target);
        } catch (IOException e) {
            if (source == null) throw e;
            // The system refuses this pair of ends, such as a port pair still in use: without a wish for the source there is another.
            TcpSockets.close(first);
            SocketChannel second = TcpSockets.open(target, null, options);
            channel = second;
            return second.connect(target);
        }
    }

    @Override
    public void ready(SelectionKey key) {
        SocketChannel c = channel;
        if (over || upgrading || c == null) return;
        try {
            if (c.finishConnect()) upgrade(c, key);
        } catch (IOException e) {
            fail(e);
        }
    }

    @Override
    public void broken(@Nullable Throwable bug) {
        fail(bug == null ? CloseReason.of(CloseReason.Kind.CANCELLED, "the loop closed") : CloseReason.bug(bug));
    }

    private void upgrade(SocketChannel c, SelectionKey key) throws IOException {
        under.cancel();
        under = Cancellable.NONE;
        TcpPipe pipe = new TcpPipe(loop, c, key, TcpSockets.multiaddr(c.getLocalAddress()), dial.address());
        upgrading = true;
        under = upgrader.upgrade(pipe, dial, this::upgraded);
    }

    private void upgraded(@Nullable Connection connection, @Nullable CloseReason failure) {
        if (over) return;
        over = true;
        channel = null;
        done.done(connection, failure);
    }

    private void fail(Exception e) {
        fail(e instanceof IOException ? CloseReason.of(CloseReason.Kind.UNREACHABLE, String.valueOf(e.getMessage())) : CloseReason.bug(e));
    }

    private void fail(CloseReason reason) {
        if (over) return;
        over = true;
        under.cancel();
        SocketChannel c = channel;
        channel = null;
        if (c != null) TcpSockets.close(c);
        loop.execute(() -> done.done(null, reason));
    }

    @Override
    public void cancel() {
        loop.execute(() -> {
            if (upgrading) under.cancel();
            else fail(CloseReason.CANCELLED);
        });
    }
}
