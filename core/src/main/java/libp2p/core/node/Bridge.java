package libp2p.core.node;

import java.util.ArrayDeque;
import java.util.function.Function;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Loop;
import libp2p.core.net.BaseStream;
import libp2p.core.net.Connection;
import libp2p.core.net.Observer;
import libp2p.core.net.Stream;
import libp2p.core.net.StreamHandler;
import libp2p.multiformats.Nullable;

/**
 * A stream whose handler lives on another loop than its connection: bytes are copied across, each way within a credit.
 *
 * <p>This side is the handler that the connection's loop knows; {@link Far} is the stream that the handler on its own loop sees.
 */
final class Bridge implements StreamHandler {
    /** How many bytes may be on their way across, each way. */
    static final int CREDIT = 64 * 1024;

    /** How many datagrams may be on their way across, each way; more are lost. */
    static final int DATAGRAMS = 64;

    private final Loop home;
    private final Observer observer;
    private final Function<Stream, StreamHandler> accept;
    private final @Nullable StreamHandler failed; // hears of a stream that we did not get to open
    private @Nullable Far far; // once open; on the connection's loop, as are the next four
    private int credit = CREDIT;
    private int datagrams; // on their way to the handler
    private final ArrayDeque<Buf> outbox = new ArrayDeque<>(2);
    private boolean finishing;

    private Bridge(Loop home, Observer observer, Function<Stream, StreamHandler> accept, @Nullable StreamHandler failed) {
        this.home = home;
        this.observer = observer;
        this.accept = accept;
        this.failed = failed;
    }

    /** The handler to give to a stream on another loop, so that {@code handler} runs on {@code home}. */
    static StreamHandler to(Loop home, Observer observer, StreamHandler handler) {
        return new Bridge(home, observer, s -> handler, handler);
    }

    /** The same for a stream that a peer opened: {@code accept} is called on {@code home} and gives the handler. */
    static StreamHandler accepting(Loop home, Observer observer, Function<Stream, StreamHandler> accept) {
        return new Bridge(home, observer, accept, null);
    }

    // ---- on the connection's loop

    @Override
    public void onOpen(Stream s) {
        Far f = new Far(s);
        far = f;
        home.execute(f::begin);
    }

    private Far far() {
        Far f = far;
        if (f == null) throw new IllegalStateException("not open");
        return f;
    }

    @Override
    public void onData(Stream s, Buf data) {
        int n = Math.min(credit, data.size());
        if (n == 0) return;
        credit -= n;
        byte[] bytes = data.take(n);
        Far f = far();
        home.execute(() -> f.fromNear(bytes));
    }

    @Override
    public void onDatagram(Stream s, Buf data) {
        if (datagrams == DATAGRAMS) return;
        datagrams++;
        byte[] bytes = data.takeAll();
        Far f = far();
        home.execute(() -> f.datagramFromNear(bytes));
    }

    @Override
    public void onWritable(Stream s) {
        drain(far());
    }

    @Override
    public void onFinish(Stream s) {
        home.execute(far()::nearFinished);
    }

    @Override
    public void onStop(Stream s, long code) {
        Far f = far();
        home.execute(() -> f.nearStopped(code));
    }

    @Override
    public void onDrain(Stream s) {
        home.execute(far()::draining);
    }

    @Override
    public void onClose(@Nullable Stream s, CloseReason reason) {
        outbox.clear();
        Far f = far;
        if (f != null) home.execute(() -> f.nearClosed(reason));
        else if (failed != null) home.execute(() -> failed.onClose(null, reason));
    }

    private void drain(Far to) {
        int written = 0;
        while (!outbox.isEmpty()) {
            Buf head = outbox.peek();
            written += to.near.write(head);
            if (!head.isEmpty()) break;
            outbox.remove();
        }
        if (outbox.isEmpty() && finishing) to.near.finish();
        int n = written;
        if (n > 0) home.execute(() -> to.written(n));
    }

    /** The stream as the handler on its own loop sees it; made on the connection's loop, of which it only keeps what tasks there need. */
    private final class Far extends BaseStream {
        private final Stream near; // touched in tasks on the connection's loop only
        private final Connection connection;
        private final int datagramMax;
        private int room = CREDIT;
        private int datagramsOut; // on their way to the connection
        private boolean wanting;

        Far(Stream near) {
            super(NOBODY, observer);
            this.near = near;
            this.connection = near.connection();
            this.datagramMax = near.datagramMax();
            name(near.protocol());
        }

        void begin() {
            replace(accept.apply(this));
            opened();
        }

        void fromNear(byte[] bytes) {
            arrived(new Buf(bytes));
        }

        void datagramFromNear(byte[] bytes) {
            post(() -> datagrams--);
            arrivedDatagram(new Buf(bytes));
        }

        void nearFinished() {
            arrivedEnd();
        }

        void nearStopped(long code) {
            arrivedStop(code);
        }

        void nearClosed(CloseReason reason) {
            // Both sides have finished over there; here some may still lie unread, and it ends when that is taken.
            if (reason.kind() != CloseReason.Kind.FINISHED) ended(reason);
        }

        void written(int n) {
            room += n;
            if (wanting) {
                wanting = false;
                writable();
            }
        }

        private void post(Runnable task) {
            connection.loop().execute(task);
        }

        @Override
        protected int transmit(Buf source) {
            int n = Math.min(room, source.size());
            if (n < source.size()) wanting = true;
            if (n == 0) return 0;
            room -= n;
            Buf copy = new Buf(source.take(n));
            post(() -> {
                outbox.add(copy);
                drain(this);
            });
            return n;
        }

        @Override
        public int datagramMax() {
            return finishedSending() ? 0 : datagramMax;
        }

        @Override
        public boolean datagram(Buf data) {
            int max = datagramMax();
            if (max == 0 || data.size() > max || datagramsOut == DATAGRAMS) return false;
            datagramsOut++;
            Buf copy = new Buf(data.takeAll());
            post(() -> {
                near.datagram(copy);
                home.execute(() -> datagramsOut--);
            });
            return true;
        }

        @Override
        protected void transmitFinish() {
            post(() -> {
                finishing = true;
                drain(this);
            });
        }

        @Override
        protected void transmitReset(long code) {
            post(() -> near.reset(code));
        }

        @Override
        protected void transmitStop(long code) {
            post(() -> near.stop(code));
        }

        @Override
        protected void consumed(int n) {
            post(() -> {
                credit += n;
                near.read();
            });
        }

        @Override
        protected void removed(CloseReason reason) {}

        @Override
        public Connection connection() {
            return connection;
        }

        @Override
        public Loop loop() {
            return home;
        }
    }
}
