package libp2p.jvm;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.Violation;
import libp2p.core.net.Pipe;
import libp2p.core.net.PipeHandler;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * A connected TCP socket as a {@link Pipe}.
 *
 * <p>It buffers nothing that is written: {@link #write} takes what the socket takes. Of what is read it holds up to {@link Pipe#HELD_MIN}
 * that the handler left, and then reads no more until that is taken. When both sides have finished and the handler has heard so, it ends
 * by itself.
 */
final class TcpPipe implements Pipe, NioLoop.Channel {
    /** How many bytes one wake-up reads at most before other sockets have their turn. */
    static final int READ_PER_TURN = 2 * SocketBuffers.SIZE;

    private final NioLoop loop;
    private final SocketChannel channel;
    private final Multiaddr local;
    private final Multiaddr remote;
    private final SelectionKey key;
    private @Nullable PipeHandler handler;
    private @Nullable Buf held; // what the handler left, in a borrowed buffer
    private boolean lent; // the handler is looking at what is held
    private boolean offerPosted;
    private boolean stuck; // the socket took less than was there
    private boolean finished;
    private boolean peerFinished;
    private boolean finishTold;
    private @Nullable CloseReason end;
    private boolean closePosted;
    private boolean written;

    /** Takes over a connected, non-blocking socket; on its loop. */
    TcpPipe(NioLoop loop, SocketChannel channel, SelectionKey key, Multiaddr local, Multiaddr remote) {
        this.loop = loop;
        this.channel = channel;
        this.local = local;
        this.remote = remote;
        this.key = key;
        key.attach(this);
        key.interestOps(0);
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Multiaddr localAddress() {
        return local;
    }

    @Override
    public Multiaddr remoteAddress() {
        return remote;
    }

    @Override
    public boolean limited() {
        return false;
    }

    @Override
    public void handler(PipeHandler next) {
        handler = next;
        CloseReason reason = end;
        if (reason == null) postOffer();
        else postClose(reason);
    }

    @Override
    public int write(Buf source) {
        if (finished || stuck || end != null || source.isEmpty()) return 0;
        int before = source.size();
        try {
            stuck = !loop.buffers().write(channel, source);
            written = true;
        } catch (IOException e) {
            end(lost(e));
        }
        if (stuck) listen();
        return before - source.size();
    }

    @Override
    public void read() {
        postOffer();
    }

    @Override
    public void finish() {
        if (finished || end != null) return;
        finished = true;
        stuck = false;
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            end(lost(e));
            return;
        }
        if (finishTold) loop.execute(this::endIfFinished);
        listen();
    }

    @Override
    public void close(CloseReason reason) {
        if (end != null) return;
        // A socket closed over unread bytes sends a reset, and a reset makes the peer forget what it has not read yet: our farewell.
        if (written && !peerFinished && wantsFarewell(reason)) endLater(reason);
        else end(reason);
    }

    private static boolean wantsFarewell(CloseReason reason) {
        return reason.kind() != CloseReason.Kind.CANCELLED && reason.kind() != CloseReason.Kind.LOST;
    }

    // ---- the socket

    @Override
    public void ready(SelectionKey ready) {
        int operations = ready.readyOps();
        if ((operations & SelectionKey.OP_WRITE) != 0 && stuck) {
            stuck = false;
            listen();
            call(() -> handled().onWritable(this));
        }
        if (end == null && (operations & SelectionKey.OP_READ) != 0) receive();
    }

    @Override
    public void broken(@Nullable Throwable bug) {
        if (bug != null) end(CloseReason.bug(bug));
        else end(CloseReason.of(CloseReason.Kind.LOST, "the loop closed"));
    }

    private void receive() {
        int budget = READ_PER_TURN;
        while (end == null && handler != null && !peerFinished && budget > 0) {
            Buf kept = held;
            Buf into = kept == null ? loop.buffers().borrow() : kept.compact();
            int room = into.room();
            int n;
            try {
                n = room == 0 ? 0 : loop.buffers().read(channel, into);
            } catch (IOException e) {
                if (kept == null) loop.buffers().giveBack(into);
                end(lost(e));
                return;
            }
            if (n < 0) peerFinished = true;
            if (n <= 0 && kept == null) loop.buffers().giveBack(into);
            else if (n > 0) offer(into);
            if (n <= 0 || n < room) break;
            budget -= n;
        }
        tellFinish();
        listen();
    }

    /** Says to the selector what we wait for. */
    private void listen() {
        if (end != null || !key.isValid()) return;
        Buf h = held;
        boolean reads = handler != null && !peerFinished && (h == null || h.size() < SocketBuffers.SIZE);
        int want = (reads ? SelectionKey.OP_READ : 0) | (stuck ? SelectionKey.OP_WRITE : 0);
        if (key.interestOps() != want) key.interestOps(want);
    }

    // ---- the handler

    private PipeHandler handled() {
        PipeHandler h = handler;
        if (h == null) throw new IllegalStateException("no handler");
        return h;
    }

    private void postOffer() {
        if (offerPosted || end != null) return;
        offerPosted = true;
        loop.execute(() -> {
            offerPosted = false;
            if (end != null) return;
            Buf h = held;
            if (h != null) offer(h);
            tellFinish();
            listen();
        });
    }

    /** Lends the handler a borrowed buffer, and keeps it if bytes are left. */
    private void offer(Buf data) {
        held = data;
        lent = true;
        try {
            handled().onData(this, data);
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            lent = false;
        }
        if (end != null || data.isEmpty()) release();
    }

    private void release() {
        Buf h = held;
        held = null;
        if (h != null) loop.buffers().giveBack(h);
    }

    private void tellFinish() {
        if (!peerFinished || finishTold || held != null || end != null || handler == null) return;
        finishTold = true;
        call(() -> handled().onFinish(this));
        endIfFinished();
    }

    private void endIfFinished() {
        if (finished && finishTold) end(CloseReason.FINISHED);
    }

    private void call(Runnable handlerCall) {
        try {
            handlerCall.run();
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void failed(RuntimeException e) {
        if (e instanceof Violation v) {
            close(CloseReason.of(v));
            return;
        }
        loop.observer().bug("pipe to " + remote, e);
        close(CloseReason.bug(e));
    }

    // ---- the end

    private static CloseReason lost(IOException e) {
        return CloseReason.of(CloseReason.Kind.LOST, String.valueOf(e.getMessage()));
    }

    private void end(CloseReason reason) {
        if (end != null) return;
        closed(reason);
        TcpSockets.close(channel);
    }

    private void endLater(CloseReason reason) {
        closed(reason);
        Lingering.begin(loop, channel, key);
    }

    private void closed(CloseReason reason) {
        end = reason;
        stuck = false;
        if (!lent) release(); // else the handler still looks at it, and offer() releases it
        postClose(reason);
    }

    private void postClose(CloseReason reason) {
        if (closePosted || handler == null) return;
        closePosted = true;
        loop.execute(() -> call(() -> handled().onClose(this, reason)));
    }

    @Override
    public String toString() {
        return "TcpPipe[" + local + " to " + remote + "]";
    }
}
