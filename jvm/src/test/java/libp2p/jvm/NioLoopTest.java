package libp2p.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import libp2p.core.Cancellable;
import libp2p.core.net.Observer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NioLoopTest {
    private final LinkedBlockingQueue<Throwable> bugs = new LinkedBlockingQueue<>();
    private final Observer observer = new Observer() {
        @Override
        public void bug(String where, Throwable bug) {
            bugs.add(bug);
        }
    };
    private final NioLoop loop = open();

    private NioLoop open() {
        try {
            return new NioLoop("libp2p-loop-test", System::nanoTime, observer);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void tasksOfOneThreadRunInTheirOrder() {
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            int n = i;
            loop.execute(() -> ran.add(n));
        }
        assertThat(Waiting.on(loop, () -> new ArrayList<>(ran))).hasSize(10_000).isSorted();
    }

    @Test
    void aTaskGivenOnTheLoopRunsAfterTheOneThatGaveIt() {
        List<String> ran = new ArrayList<>();
        Waiting.on(loop, () -> {
            loop.execute(() -> ran.add("later"));
            ran.add("now");
            return null;
        });
        assertThat(Waiting.on(loop, () -> ran)).containsExactly("now", "later");
    }

    @Test
    void noTaskIsForgottenHoweverTheLoopFallsAsleep() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        int rounds = 20_000;
        for (int i = 0; i < rounds; i++) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            loop.execute(() -> {
                ran.incrementAndGet();
                done.complete(null);
            });
            Waiting.get(done);
        }
        assertThat(ran.get()).isEqualTo(rounds);
    }

    @Test
    void manyThreadsGiveTasksAtOnce() {
        int threads = 8;
        int each = 20_000;
        int[] ran = new int[1];
        CountDownLatch all = new CountDownLatch(threads * each);
        for (int t = 0; t < threads; t++) {
            new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    loop.execute(() -> {
                        ran[0]++;
                        all.countDown();
                    });
                }
            }).start();
        }
        Waiting.on(all);
        assertThat(Waiting.on(loop, () -> ran[0])).isEqualTo(threads * each);
    }

    @Test
    void tasksThatGiveEachOtherMoreStarveNeitherTimersNorTasksFromOutside() {
        boolean[] stop = new boolean[1];
        Runnable again = new Runnable() {
            @Override
            public void run() {
                if (!stop[0]) loop.execute(this);
            }
        };
        CountDownLatch fired = new CountDownLatch(1);
        loop.execute(again);
        loop.execute(() -> loop.schedule(1_000, fired::countDown));
        Waiting.on(fired);
        Waiting.on(loop, () -> stop[0] = true);
    }

    @Test
    void timersRunInTheirOrderAndNotBeforeTheirTime() throws IOException {
        AtomicLong now = new AtomicLong();
        List<Integer> order = new ArrayList<>(); // on the loop
        try (NioLoop timed = new NioLoop("libp2p-loop-timed", now::get, observer)) {
            CompletableFuture<Void> second = new CompletableFuture<>();
            CompletableFuture<Void> third = new CompletableFuture<>();
            Waiting.on(timed, () -> {
                timed.schedule(6_000_000, () -> {
                    order.add(3);
                    third.complete(null);
                });
                timed.schedule(0, () -> order.add(1));
                return timed.schedule(3_000_000, () -> {
                    order.add(2);
                    second.complete(null);
                });
            });
            now.set(3_000_000);
            Waiting.get(second);
            assertThat(Waiting.on(timed, () -> List.copyOf(order))).containsExactly(1, 2);
            now.set(5_999_999);
            assertThat(Waiting.on(timed, () -> List.copyOf(order))).containsExactly(1, 2);
            now.set(6_000_000);
            Waiting.get(third);
            assertThat(Waiting.on(timed, () -> List.copyOf(order))).containsExactly(1, 2, 3);
        }
    }

    @Test
    void aCancelledTimerIsFreedAtOnce() {
        int left = Waiting.on(loop, () -> {
            List<Cancellable> all = new ArrayList<>();
            for (int i = 0; i < 1000; i++) all.add(loop.schedule(3_600_000_000_000L, () -> {}));
            all.forEach(Cancellable::cancel);
            return loop.timers();
        });
        assertThat(left).isZero();
    }

    @Test
    void theClockIsTheOneGiven() throws IOException {
        AtomicLong now = new AtomicLong(41);
        try (NioLoop slow = new NioLoop("libp2p-loop-slow", now::get, observer)) {
            CompletableFuture<Long> fired = new CompletableFuture<>();
            Waiting.on(slow, () -> slow.schedule(1_000_000_000, () -> fired.complete(slow.nanoTime())));
            assertThat(Waiting.on(slow, slow::nanoTime)).isEqualTo(41);
            assertThat(fired).isNotDone();
            now.set(1_000_000_041);
            slow.execute(() -> {}); // wakes the loop
            assertThat(Waiting.get(fired)).isEqualTo(1_000_000_041);
        }
    }

    @Test
    void aTimerIsForTheLoopAlone() {
        assertThatThrownBy(() -> loop.schedule(1, () -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aTaskThatThrowsIsReportedAndTheLoopGoesOn() {
        RuntimeException bug = new RuntimeException("a bug of the test");
        loop.execute(() -> {
            throw bug;
        });
        assertThat(Waiting.next(bugs)).isSameAs(bug);
        assertThat(Waiting.on(loop, () -> "alive")).isEqualTo("alive");
    }

    @Test
    void anErrorGoesToTheHandlerOfUncaughtOnesTooAndTheLoopGoesOn() {
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        Error error = new OutOfMemoryError("not really");
        Waiting.on(loop, () -> {
            Thread.currentThread().setUncaughtExceptionHandler((t, e) -> uncaught.complete(e));
            return null;
        });
        loop.execute(() -> {
            throw error;
        });
        assertThat(Waiting.get(uncaught)).isSameAs(error);
        assertThat(Waiting.next(bugs)).isSameAs(error);
        assertThat(Waiting.on(loop, () -> "alive")).isEqualTo("alive");
    }

    @Test
    void anInterruptDoesNotKeepTheLoopFromSleeping() {
        Thread thread = Waiting.on(loop, Thread::currentThread);
        thread.interrupt();
        CountDownLatch slept = new CountDownLatch(1);
        loop.execute(() -> loop.schedule(2_000_000, slept::countDown));
        Waiting.on(slept);
        assertThat(Waiting.on(loop, () -> Thread.currentThread().isInterrupted())).isFalse();
    }

    @Test
    void closeRunsTheTasksThatAreThereAndEndsTheThread() {
        AtomicInteger ran = new AtomicInteger();
        Thread thread = Waiting.on(loop, Thread::currentThread);
        CountDownLatch hold = new CountDownLatch(1);
        loop.execute(() -> Waiting.on(hold));
        for (int i = 0; i < 5000; i++) loop.execute(ran::incrementAndGet);
        hold.countDown();
        loop.close();
        assertThat(ran.get()).isEqualTo(5000);
        assertThat(thread.isAlive()).isFalse();
        loop.execute(ran::incrementAndGet);
        assertThat(ran.get()).isEqualTo(5000);
    }

    @Test
    void closeOnTheLoopItselfDoesNotWait() throws Exception {
        Thread thread = Waiting.on(loop, Thread::currentThread);
        loop.execute(loop::close);
        thread.join(60_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void aChannelThatThrowsIsBrokenOffAndTheOthersGoOn() throws IOException {
        Pipe bad = Pipe.open();
        Pipe good = Pipe.open();
        CompletableFuture<Throwable> broken = new CompletableFuture<>();
        CompletableFuture<String> read = new CompletableFuture<>();
        register(bad, key -> {
            throw new IllegalStateException("a bug of the test");
        }, broken);
        register(good, key -> {
            key.cancel();
            read.complete("ready");
        }, new CompletableFuture<>());
        bad.sink().write(ByteBuffer.wrap(new byte[1]));
        good.sink().write(ByteBuffer.wrap(new byte[1]));
        assertThat(Waiting.get(broken)).hasMessage("a bug of the test");
        assertThat(Waiting.get(read)).isEqualTo("ready");
    }

    private interface Ready {
        void ready(SelectionKey key);
    }

    private void register(Pipe pipe, Ready ready, CompletableFuture<Throwable> broken) throws IOException {
        pipe.source().configureBlocking(false);
        Waiting.on(loop, () -> {
            try {
                return loop.register(pipe.source(), SelectionKey.OP_READ, new NioLoop.Channel() {
                    @Override
                    public void ready(SelectionKey key) {
                        ready.ready(key);
                    }

                    @Override
                    public void broken(Throwable bug) {
                        broken.complete(bug);
                        TcpSockets.close(pipe.source());
                    }
                });
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }
}
