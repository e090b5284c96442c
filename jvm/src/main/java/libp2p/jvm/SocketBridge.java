package libp2p.jvm;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/**
 * The one place where a thread meets a loop: the handler of a stream on one side, blocking calls on the other, a {@link Ring} each way
 * between.
 *
 * <p>The loop never waits for the thread; the lock is held for copies only. Either side wakes the other only when that one waits.
 */
final class SocketBridge implements StreamHandler {
    /** Hears once how the opening ended. */
    interface Opened {
        /** The stream can be used; on its loop. */
        void opened(PeerSocket socket);

        /** It could not be opened. */
        default void refused(CloseReason reason) {}
    }

    private final Opened opened;
    private @Nullable Stream stream; // set before the thread sees this; used on its loop only
    private @Nullable Loop loop;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final Condition writable = lock.newCondition();
    // All that follows is guarded by the lock.
    private final Ring in = new Ring();
    private final Ring out = new Ring();
    private int readersWaiting;
    private int writersWaiting;
    private boolean unread; // the stream holds bytes that did not fit
    private boolean peerFinished;
    private boolean readingStopped;
    private boolean pumping; // the loop knows that there is something to write
    private boolean stuck; // the stream took less than there was, and will say when it takes more
    private boolean finishing;
    private @Nullable CloseReason noWrites; // the peer wants no more of us
    private @Nullable CloseReason end;

    SocketBridge(Opened opened) {
        this.opened = opened;
    }

    // ---- the loop's side

    @Override
    public void onOpen(Stream s) {
        stream = s;
        loop = s.loop();
        opened.opened(new PeerSocket(this, s.connection().remote(), s.connection(), s.protocol()));
    }

    @Override
    public void onData(Stream s, Buf data) {
        lock.lock();
        try {
            in.put(data);
            unread = !data.isEmpty();
            if (readersWaiting > 0) readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onWritable(Stream s) {
        lock.lock();
        try {
            stuck = false;
        } finally {
            lock.unlock();
        }
        pump();
    }

    @Override
    public void onFinish(Stream s) {
        lock.lock();
        try {
            peerFinished = true;
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onStop(Stream s, long code) {
        lock.lock();
        try {
            noWrites = CloseReason.of(CloseReason.Kind.PEER_RESET, code, "the peer reads no more");
            out.clear();
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onClose(@Nullable Stream s, CloseReason reason) {
        if (stream == null) opened.refused(reason);
        end(reason);
    }

    private void end(CloseReason reason) {
        lock.lock();
        try {
            if (end != null) return;
            end = reason;
            out.clear();
            readable.signalAll();
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Gives the stream what it takes of what was written. */
    private void pump() {
        Stream s = stream;
        if (s == null) return;
        lock.lock();
        try {
            pumping = false;
            if (stuck || end != null || noWrites != null) return;
            while (!out.isEmpty()) {
                Buf b = out.view();
                int n = s.write(b);
                out.drop(n);
                stuck = !b.isEmpty();
                if (stuck) break;
            }
            if (writersWaiting > 0 && out.hasMuchRoom()) writable.signalAll();
            if (out.isEmpty() && finishing) s.finish();
        } finally {
            lock.unlock();
        }
    }

    // ---- the threads' side

    private Loop loop() {
        Loop l = loop;
        if (l == null) throw new IllegalStateException("not open");
        return l;
    }

    private void onLoop(Consumer<Stream> action) {
        loop().execute(() -> {
            Stream s = stream;
            if (s != null) action.accept(s);
        });
    }

    /** Waits for bytes; -1 when the peer has finished and all was read. */
    int read(byte[] to, int at, int n, long timeoutNanos) throws IOException {
        if (n == 0) return 0;
        boolean more;
        int got;
        lock.lock();
        try {
            long left = timeoutNanos;
            while (in.isEmpty()) {
                if (peerFinished || readingStopped) return -1;
                CloseReason e = end;
                if (e != null && e.kind() == CloseReason.Kind.FINISHED) return -1;
                if (e != null) throw new P2pException(e);
                readersWaiting++;
                try {
                    left = await(readable, timeoutNanos, left);
                } finally {
                    readersWaiting--;
                }
            }
            got = in.take(to, at, n);
            more = unread && in.hasMuchRoom();
            if (more) unread = false;
        } finally {
            lock.unlock();
        }
        if (more) onLoop(Stream::read);
        return got;
    }

    /** How many bytes can be read without waiting. */
    int available() {
        lock.lock();
        try {
            return in.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all is on its way; {@code more}: what belongs to it follows at once, so the loop need not be woken for this part alone.
     */
    void write(byte[] from, int at, int n, boolean more, long timeoutNanos) throws IOException {
        int next = at;
        int rest = n;
        long left = timeoutNanos;
        while (rest > 0 || !more) {
            boolean wake;
            lock.lock();
            try {
                checkWritable();
                int put = out.put(from, next, rest);
                next += put;
                rest -= put;
                wake = !pumping && !stuck && !out.isEmpty() && (rest > 0 || !more);
                pumping |= wake;
            } finally {
                lock.unlock();
            }
            if (wake) loop().execute(this::pump);
            if (rest == 0) return;
            left = awaitRoom(timeoutNanos, left);
        }
    }

    private long awaitRoom(long timeoutNanos, long left) throws IOException {
        long now = left;
        lock.lock();
        try {
            while (out.isFull() && end == null && noWrites == null) {
                writersWaiting++;
                try {
                    now = await(writable, timeoutNanos, now);
                } finally {
                    writersWaiting--;
                }
            }
        } finally {
            lock.unlock();
        }
        return now;
    }

    private void checkWritable() throws IOException {
        if (end != null) throw new P2pException(end);
        if (noWrites != null) throw new P2pException(noWrites);
        if (finishing) throw new IOException("finished");
    }

    /** Waits once; returns what is left of the time. */
    private long await(Condition condition, long timeoutNanos, long left) throws IOException {
        if (NioLoop.isLoopThread()) throw new IllegalStateException("would block a loop");
        try {
            if (timeoutNanos == 0) {
                condition.await();
                return 0;
            }
            if (left <= 0) {
                String what = "nothing for " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms";
                throw new P2pException(CloseReason.of(CloseReason.Kind.TIMED_OUT, what));
            }
            return condition.awaitNanos(left);
        } catch (InterruptedException e) {
            reset(0);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Half-closes after what was written. */
    void finish() throws IOException {
        boolean wake;
        lock.lock();
        try {
            if (finishing) return;
            if (end != null) throw new P2pException(end);
            if (noWrites != null) return; // our half is over already
            finishing = true;
            wake = !pumping && !stuck;
            pumping |= wake;
        } finally {
            lock.unlock();
        }
        if (wake) loop().execute(this::pump);
    }

    /** Gives up both ways. */
    void reset(long code) {
        boolean over;
        lock.lock();
        try {
            over = end != null;
        } finally {
            lock.unlock();
        }
        if (over) return;
        onLoop(s -> s.reset(code));
        end(CloseReason.of(CloseReason.Kind.RESET, code, ""));
    }

    /** Reads no more: what is there and what comes is dropped. */
    void stopReading(long code) {
        lock.lock();
        try {
            if (readingStopped || end != null) return;
            readingStopped = true;
            unread = false;
            in.clear();
            readable.signalAll();
        } finally {
            lock.unlock();
        }
        onLoop(s -> s.stop(code));
    }

    /** Gives up, unless both sides have said all. */
    void close() {
        boolean said;
        lock.lock();
        try {
            said = finishing && peerFinished && in.isEmpty();
        } finally {
            lock.unlock();
        }
        if (!said) reset(0);
    }

    /** Says all that was written, and is not interested in what the peer may still say. */
    void closeAfterAnswer() {
        try {
            finish();
        } catch (IOException e) {
            return; // over already
        }
        boolean heard;
        lock.lock();
        try {
            heard = peerFinished && in.isEmpty();
        } finally {
            lock.unlock();
        }
        if (!heard) stopReading(0);
    }
}
