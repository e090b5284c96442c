package libp2p.testkit;

import java.util.ArrayDeque;
import java.util.function.UnaryOperator;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.Pipe;
import libp2p.core.net.PipeHandler;
import libp2p.multiformats.Multiaddr;
import libp2p.multiformats.Nullable;

/**
 * Two pipe ends in memory, each on a loop of its own choosing: what is written to one arrives at the other.
 *
 * <p>{@link #cut} delivers every byte in pieces of that size; {@link End#hold} stalls one direction. Each end takes at most {@link #ROOM}
 * bytes that its peer has not read, so that short writes happen.
 */
public final class PipePair {
    private static final int NO_END = -1;

    /** How many bytes one direction holds. */
    public static final int ROOM = 256 * 1024;

    /** The end that connected. */
    public final End dialer;

    /** The end that accepted. */
    public final End listener;

    private int piece = Integer.MAX_VALUE;
    private long latencyNanos;

    /** Two ends, open. */
    public PipePair(Loop dialerLoop, Loop listenerLoop) {
        this(dialerLoop, listenerLoop, Multiaddr.of("/memory/1"), Multiaddr.of("/memory/2"));
    }

    /** The same with the address of the dialler, and that of the listener. */
    public PipePair(Loop dialerLoop, Loop listenerLoop, Multiaddr a, Multiaddr b) {
        dialer = new End(dialerLoop, a, b);
        listener = new End(listenerLoop, b, a);
        dialer.other = listener;
        listener.other = dialer;
    }

    /** From now on bytes arrive in pieces of at most this many. */
    public PipePair cut(int size) {
        piece = size;
        return this;
    }

    /** From now on what one end does is seen by the other this much later. */
    public PipePair latency(long nanos) {
        latencyNanos = nanos;
        return this;
    }

    /** One end. */
    public final class End implements Pipe {
        private final Loop loop;
        private final Multiaddr local;
        private final Multiaddr remote;
        private End other;
        private @Nullable PipeHandler handler;
        private final ArrayDeque<byte[]> arriving = new ArrayDeque<>();
        private final Buf held = new Buf(HELD_MIN);
        private int inFlight; // bytes on their way to this end and not yet read
        private long received;
        private int left = NO_END; // bytes that still arrive before the pipe breaks, or stalls
        private boolean stalls;
        private boolean posted;
        private boolean stalled;
        private boolean shortWrite;
        private boolean finished;
        private boolean peerFinished;
        private boolean finishTold;
        private @Nullable CloseReason end;
        private UnaryOperator<byte[]> change = bytes -> bytes;
        private boolean closeTold;

        private End(Loop loop, Multiaddr local, Multiaddr remote) {
            this.loop = loop;
            this.local = local;
            this.remote = remote;
        }

        /** Stalls (true) or releases (false) what arrives here. */
        public void hold(boolean on) {
            stalled = on;
            post();
        }

        /** The connection breaks once this many more bytes have arrived here. */
        public void breakAfter(int bytes) {
            left = bytes;
            if (bytes == 0) breakOff();
        }

        /** Once this many more bytes have arrived here, nothing else does, and nobody is told. */
        public void stallAfter(int bytes) {
            left = bytes;
            stalls = true;
        }

        /** Somebody on the way makes something else of each piece that is written here. */
        public void changed(UnaryOperator<byte[]> onTheWay) {
            change = onTheWay;
        }

        /** How many bytes have arrived here in all. */
        public long received() {
            return received;
        }

        /** Whether this end is closed. */
        public boolean closed() {
            return end != null;
        }

        /** Breaks the connection: both ends hear LOST. */
        public void breakOff() {
            loop.execute(() -> close(CloseReason.of(CloseReason.Kind.LOST, "the pipe broke")));
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
            post();
        }

        @Override
        public int write(Buf source) {
            if (finished || end != null) return 0;
            int n = Math.min(source.size(), ROOM - other.inFlight);
            if (n < source.size()) shortWrite = true;
            if (n <= 0) return 0;
            byte[] bytes = change.apply(source.take(n));
            other.inFlight += bytes.length;
            other.hear(() -> {
                other.arriving.add(bytes);
                other.pump();
            });
            return n;
        }

        @Override
        public void read() {
            post();
        }

        @Override
        public void finish() {
            if (finished || end != null) return;
            finished = true;
            other.hear(() -> {
                other.peerFinished = true;
                other.pump();
            });
        }

        @Override
        public void close(CloseReason reason) {
            if (end != null) return;
            end = reason;
            loop.execute(this::tellClose);
            other.hear(() -> {
                other.pump();
                other.lost();
            });
        }

        private void hear(Runnable what) {
            if (latencyNanos == 0) loop.execute(what);
            else loop.schedule(latencyNanos, what);
        }

        private void lost() {
            if (end != null) return;
            end = CloseReason.of(CloseReason.Kind.LOST, "the other end closed");
            loop.execute(this::tellClose);
        }

        private void tellClose() {
            if (closeTold || handler == null) return;
            closeTold = true;
            handler.onClose(this, end);
        }

        private void post() {
            if (posted) return;
            posted = true;
            loop.execute(() -> {
                posted = false;
                pump();
            });
        }

        private void pump() {
            if (handler == null || stalled) return;
            if (end != null) {
                tellClose();
                return;
            }
            if (left == 0) return; // it stalls, or is about to break
            boolean first = !held.isEmpty();
            while (end == null && (first || !arriving.isEmpty() && held.size() < HELD_MIN)) {
                first = false;
                take();
                int before = held.size();
                handler.onData(this, held);
                int taken = before - held.size();
                inFlight -= taken;
                received += taken;
                if (taken > 0 && other.shortWrite && other.inFlight() < ROOM / 2 + 1) other.room();
                if (left == 0) {
                    if (!stalls) breakOff();
                    return;
                }
                if (arriving.isEmpty()) break;
            }
            if (end == null && peerFinished && arriving.isEmpty() && held.isEmpty() && !finishTold) {
                finishTold = true;
                handler.onFinish(this);
            }
        }

        private int inFlight() {
            return other.inFlight;
        }

        private void take() {
            byte[] head = arriving.poll();
            if (head == null) return;
            held.compact();
            int n = Math.min(Math.min(head.length, piece), held.room());
            if (left != NO_END) {
                n = Math.min(n, left);
                left -= n;
            }
            held.put(head, 0, n);
            if (n < head.length) arriving.addFirst(java.util.Arrays.copyOfRange(head, n, head.length));
        }

        private void room() {
            shortWrite = false;
            loop.execute(() -> {
                if (end == null && handler != null) handler.onWritable(this);
            });
        }
    }
}
