package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import libp2p.core.Buf;
import libp2p.core.CloseReason;
import libp2p.core.Violation;
import libp2p.core.net.Pipe;
import libp2p.core.net.PipeHandler;
import libp2p.multiformats.Multiaddr;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpPipeTest {
    private static final int MUCH = 32 * 1024 * 1024;

    private final TcpWorld world = new TcpWorld(2, TcpOptions.DEFAULT);
    private Multiaddr where;

    @BeforeEach
    void listen() {
        where = world.loopback();
    }

    @AfterEach
    void close() {
        world.close();
    }

    /** Takes all and remembers how it ends; parts of it are changed by the tests. */
    private static class Sink implements PipeHandler {
        final Buf got = new Buf(64);
        final CompletableFuture<Void> finished = new CompletableFuture<>();
        final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
        final LinkedBlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();

        @Override
        public void onData(Pipe pipe, Buf data) {
            sizes.add(data.size());
            got.grow(data.size());
            data.moveTo(got, data.size());
        }

        @Override
        public void onWritable(Pipe pipe) {}

        @Override
        public void onFinish(Pipe pipe) {
            assertThat(finished.complete(null)).isTrue();
        }

        @Override
        public void onClose(Pipe pipe, CloseReason reason) {
            assertThat(closed.complete(reason)).isTrue();
        }
    }

    /** Writes seeded bytes as the pipe takes them, then finishes. */
    private static final class Source extends Sink {
        private final Random random;
        private int left;
        private Buf piece = new Buf(0);

        Source(long seed, int size) {
            random = new Random(seed);
            left = size;
        }

        @Override
        public void onWritable(Pipe pipe) {
            while (true) {
                if (piece.isEmpty()) {
                    if (left == 0) {
                        pipe.finish();
                        return;
                    }
                    byte[] bytes = new byte[Math.min(left, 100_000)];
                    random.nextBytes(bytes);
                    left -= bytes.length;
                    piece = new Buf(bytes);
                }
                pipe.write(piece);
                if (!piece.isEmpty()) return;
            }
        }
    }

    /** Compares what arrives with the same seeded bytes. */
    private static class Check extends Sink {
        private final Random random;
        private long count;
        private byte[] expected = new byte[0];
        private int at;
        private int left;

        Check(long seed, int size) {
            random = new Random(seed);
            left = size;
        }

        @Override
        public void onData(Pipe pipe, Buf data) {
            while (!data.isEmpty()) take(data, data.size());
        }

        long count() {
            return count;
        }

        void take(Buf data, int most) {
            if (at == expected.length) {
                expected = new byte[Math.min(left, 100_000)];
                random.nextBytes(expected);
                left -= expected.length;
                at = 0;
            }
            int n = Math.min(Math.min(most, data.size()), expected.length - at);
            assertThat(n).isPositive();
            assertThat(Arrays.equals(data.array, data.start, data.start + n, expected, at, at + n)).isTrue();
            data.skip(n);
            at += n;
            count += n;
        }
    }

    private record Ends(Pipe dialer, Pipe listener) {}

    private Ends connect() {
        return new Ends(world.dial(where), Waiting.next(world.node.accepted));
    }

    private static <H extends PipeHandler> H handle(Pipe pipe, H handler) {
        Waiting.on(pipe.loop(), () -> {
            pipe.handler(handler);
            return null;
        });
        return handler;
    }

    private static void start(Pipe pipe, Source source) {
        handle(pipe, source);
        pipe.loop().execute(() -> source.onWritable(pipe));
    }

    private static void on(Pipe pipe, Runnable task) {
        Waiting.on(pipe.loop(), () -> {
            task.run();
            return null;
        });
    }

    private Socket raw() throws IOException {
        return new Socket("127.0.0.1", where.port());
    }

    @Test
    void muchGoesBothWaysAtOnce() {
        Ends ends = connect();
        // Each end's handler both sends and checks.
        Both one = new Both(1, 2);
        Both two = new Both(2, 1);
        handle(ends.dialer, one);
        handle(ends.listener, two);
        ends.dialer.loop().execute(() -> one.out.onWritable(ends.dialer));
        ends.listener.loop().execute(() -> two.out.onWritable(ends.listener));
        assertThat(Waiting.get(one.closed).kind()).isEqualTo(CloseReason.Kind.FINISHED);
        assertThat(Waiting.get(two.closed).kind()).isEqualTo(CloseReason.Kind.FINISHED);
        assertThat(one.in.count()).isEqualTo(MUCH);
        assertThat(two.in.count()).isEqualTo(MUCH);
        untilNothingIsLent();
    }

    private static final class Both extends Sink {
        private final Source out;
        private final Check in;

        Both(long sends, long expects) {
            out = new Source(sends, MUCH);
            in = new Check(expects, MUCH);
        }

        @Override
        public void onData(Pipe pipe, Buf data) {
            in.onData(pipe, data);
        }

        @Override
        public void onWritable(Pipe pipe) {
            out.onWritable(pipe);
        }
    }

    private void untilNothingIsLent() {
        for (NioLoop l : world.loops) Waiting.until(l, () -> l.buffers().lent() == 0);
    }

    @Test
    void aSlowReaderHoldsTheWriterAndLosesNothing() {
        Ends ends = connect();
        Check slow = new Check(3, MUCH) {
            @Override
            public void onData(Pipe pipe, Buf data) {
                take(data, 30_000);
                if (!data.isEmpty()) pipe.read();
            }
        };
        handle(ends.listener, slow);
        start(ends.dialer, new Source(3, MUCH));
        Waiting.get(slow.finished);
        assertThat(slow.count()).isEqualTo(MUCH);
    }

    @Test
    void aReaderThatTakesNothingIsOfferedUpToWhatAPipeHoldsAndNoMore() {
        Ends ends = connect();
        CountDownLatch full = new CountDownLatch(1);
        boolean[] open = new boolean[1];
        Check check = new Check(4, MUCH) {
            @Override
            public void onData(Pipe pipe, Buf data) {
                if (open[0]) super.onData(pipe, data);
                else if (data.size() == Pipe.HELD_MIN) full.countDown();
            }
        };
        handle(ends.listener, check);
        start(ends.dialer, new Source(4, MUCH));
        Waiting.on(full);
        NioLoop home = (NioLoop) ends.listener.loop();
        assertThat(Waiting.on(home, () -> home.buffers().lent())).isEqualTo(1);
        assertThat(check.finished).isNotDone();
        on(ends.listener, () -> {
            open[0] = true;
            ends.listener.read();
        });
        Waiting.get(check.finished);
        assertThat(check.count()).isEqualTo(MUCH);
        untilNothingIsLent();
    }

    @Test
    void nothingIsReadBeforeThereIsAHandler() {
        Ends ends = connect();
        on(ends.dialer, () -> assertThat(ends.dialer.write(new Buf(new byte[1000]))).isEqualTo(1000));
        NioLoop home = (NioLoop) ends.listener.loop();
        assertThat(Waiting.on(home, () -> home.buffers().lent())).isZero();
        Sink sink = handle(ends.listener, new Sink());
        on(ends.dialer, ends.dialer::finish);
        Waiting.get(sink.finished);
        assertThat(sink.got.size()).isEqualTo(1000);
    }

    @Test
    void aNewHandlerIsOfferedWhatTheOldOneLeft() {
        Ends ends = connect();
        Sink second = new Sink();
        handle(ends.listener, new Sink() {
            @Override
            public void onData(Pipe pipe, Buf data) {
                data.skip(3);
                pipe.handler(second);
            }
        });
        on(ends.dialer, () -> {
            ends.dialer.write(new Buf(new byte[] {1, 2, 3, 4, 5}));
            ends.dialer.finish();
        });
        Waiting.get(second.finished);
        assertThat(second.got.takeAll()).containsExactly(4, 5);
    }

    @Test
    void anEndThatHasFinishedStillReads() {
        Ends ends = connect();
        Sink one = handle(ends.dialer, new Sink());
        Sink two = handle(ends.listener, new Sink());
        on(ends.dialer, ends.dialer::finish);
        Waiting.get(two.finished);
        on(ends.dialer, () -> assertThat(ends.dialer.write(new Buf(new byte[1]))).isZero());
        on(ends.listener, () -> {
            ends.listener.write(new Buf("late".getBytes()));
            ends.listener.finish();
        });
        Waiting.get(one.finished);
        assertThat(new String(one.got.takeAll())).isEqualTo("late");
        assertThat(Waiting.get(one.closed)).isEqualTo(CloseReason.FINISHED);
        assertThat(Waiting.get(two.closed)).isEqualTo(CloseReason.FINISHED);
    }

    @Test
    void theFinishIsToldOnlyWhenAllWasTaken() {
        Ends ends = connect();
        Sink sink = handle(ends.listener, new Sink() {
            private int offers;

            @Override
            public void onData(Pipe pipe, Buf data) {
                offers++;
                if (offers == 1) return;
                assertThat(finished).isNotDone();
                super.onData(pipe, data);
            }
        });
        on(ends.dialer, () -> {
            ends.dialer.write(new Buf(new byte[10]));
            ends.dialer.finish();
        });
        Waiting.next(offered(ends.listener, sink));
        Waiting.get(sink.finished);
        assertThat(sink.got.size()).isEqualTo(10);
    }

    private static LinkedBlockingQueue<Integer> offered(Pipe pipe, Sink sink) {
        pipe.loop().execute(new Runnable() {
            @Override
            public void run() {
                pipe.read();
                if (sink.sizes.isEmpty()) ((NioLoop) pipe.loop()).schedule(1_000_000, this);
            }
        });
        return sink.sizes;
    }

    @Test
    void closingTellsTheReasonHereAndTheEndThere() {
        Ends ends = connect();
        Sink one = handle(ends.dialer, new Sink());
        Sink two = handle(ends.listener, new Sink());
        CloseReason why = CloseReason.of(CloseReason.Kind.RESET, "enough");
        on(ends.dialer, () -> {
            ends.dialer.close(why);
            assertThat(one.closed).isNotDone();
            ends.dialer.close(CloseReason.FINISHED);
        });
        assertThat(Waiting.get(one.closed)).isEqualTo(why);
        Waiting.get(two.finished);
    }

    @Test
    void aFarewellArrivesAlthoughTheOtherSideIsStillSending() throws IOException {
        try (Socket peer = raw()) {
            Pipe pipe = Waiting.next(world.node.accepted);
            peer.getOutputStream().write(new byte[500_000]); // nobody reads it
            byte[] farewell = "farewell".getBytes();
            on(pipe, () -> {
                pipe.write(new Buf(farewell));
                pipe.close(CloseReason.of(CloseReason.Kind.VIOLATION, "nonsense"));
            });
            peer.getOutputStream().write(new byte[500_000]);
            InputStream in = peer.getInputStream();
            assertThat(in.readNBytes(100)).isEqualTo(farewell);
        }
    }

    @Test
    void aLingeringSocketIsFreedWhenThePeerCloses() throws IOException {
        Pipe pipe;
        try (Socket peer = raw()) {
            pipe = Waiting.next(world.node.accepted);
            on(pipe, () -> {
                pipe.write(new Buf(new byte[10]));
                pipe.close(CloseReason.FINISHED);
            });
            assertThat(peer.getInputStream().readNBytes(100)).hasSize(10);
        }
        NioLoop home = (NioLoop) pipe.loop();
        Waiting.until(home, () -> home.buffers().lingering == 0);
        Waiting.until(home, () -> home.timers() == 0);
    }

    @Test
    void aPeerThatResetsIsLost() throws IOException {
        Pipe pipe;
        Sink sink = new Sink();
        try (Socket peer = raw()) {
            pipe = Waiting.next(world.node.accepted);
            handle(pipe, sink);
            peer.setSoLinger(true, 0);
        }
        CloseReason reason = Waiting.get(sink.closed);
        assertThat(reason.kind()).isEqualTo(CloseReason.Kind.LOST);
        assertThat(reason.detail()).containsIgnoringCase("reset");
    }

    @Test
    void writingToAPeerThatIsGoneEndsThePipe() throws IOException {
        Pipe pipe;
        Sink sink = new Sink();
        try (Socket peer = raw()) {
            pipe = Waiting.next(world.node.accepted);
            peer.setSoLinger(true, 0);
        }
        Waiting.until(pipe.loop(), () -> {
            pipe.write(new Buf(new byte[1000]));
            return pipe.write(new Buf(new byte[1])) == 0;
        });
        handle(pipe, sink);
        assertThat(Waiting.get(sink.closed).kind()).isEqualTo(CloseReason.Kind.LOST);
    }

    @Test
    void afterAShortWriteNothingIsTakenUntilThereIsRoom() {
        Ends ends = connect();
        CountDownLatch writable = new CountDownLatch(1);
        handle(ends.dialer, new Sink() {
            @Override
            public void onWritable(Pipe pipe) {
                writable.countDown();
            }
        });
        on(ends.dialer, () -> {
            Buf data = new Buf(new byte[64 * 1024 * 1024]);
            int taken = ends.dialer.write(data);
            assertThat(taken).isPositive().isLessThan(64 * 1024 * 1024);
            assertThat(data.size()).isEqualTo(64 * 1024 * 1024 - taken);
            assertThat(ends.dialer.write(data)).isZero();
        });
        handle(ends.listener, new Sink());
        Waiting.on(writable);
    }

    @Test
    void aViolationOfTheHandlerClosesThePipeWithItsCode() {
        Ends ends = connect();
        Sink strict = handle(ends.listener, new Sink() {
            @Override
            public void onData(Pipe pipe, Buf data) {
                throw new Violation("not so");
            }
        });
        on(ends.dialer, () -> ends.dialer.write(new Buf(new byte[1])));
        assertThat(Waiting.get(strict.closed)).isEqualTo(CloseReason.of(new Violation("not so")));
        untilNothingIsLent();
    }

    @Test
    void aBugOfTheHandlerClosesThePipeAndIsReported() {
        Ends ends = connect();
        Sink broken = handle(ends.listener, new Sink() {
            @Override
            public void onData(Pipe pipe, Buf data) {
                throw new IllegalStateException("a bug of the test");
            }
        });
        on(ends.dialer, () -> ends.dialer.write(new Buf(new byte[1])));
        assertThat(Waiting.get(broken.closed).kind()).isEqualTo(CloseReason.Kind.BUG);
        assertThat(Waiting.next(world.bugs)).hasMessage("a bug of the test");
    }

    @Test
    void closingWithinACallbackGivesTheBufferBack() {
        Ends ends = connect();
        Sink sink = handle(ends.listener, new Sink() {
            @Override
            public void onData(Pipe pipe, Buf data) {
                pipe.close(CloseReason.CANCELLED);
            }
        });
        on(ends.dialer, () -> ends.dialer.write(new Buf(new byte[1])));
        assertThat(Waiting.get(sink.closed)).isEqualTo(CloseReason.CANCELLED);
        untilNothingIsLent();
    }

    @Test
    void aLoopThatClosesEndsItsPipes() {
        Ends ends = connect();
        Sink sink = handle(ends.listener, new Sink());
        ((NioLoop) ends.listener.loop()).close();
        assertThat(Waiting.get(sink.closed).kind()).isEqualTo(CloseReason.Kind.LOST);
    }
}
