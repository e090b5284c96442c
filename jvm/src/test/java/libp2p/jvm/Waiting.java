package libp2p.jvm;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.CloseReason;
import libp2p.core.Loop;

/** Waits for what other threads do; far longer than it ever takes, so that only a hang fails. */
final class Waiting {
    private static final long SECONDS = 60;

    private Waiting() {}

    /** How something ended. */
    record Outcome<T>(T value, CloseReason failure) {}

    /** A callback, and what it is told. */
    static final class Told<T> implements Callback<T> {
        private final CompletableFuture<Outcome<T>> outcome = new CompletableFuture<>();

        @Override
        public void done(T value, CloseReason failure) {
            if (!outcome.complete(new Outcome<>(value, failure))) throw new AssertionError("told twice");
        }

        T value() {
            Outcome<T> o = get(outcome);
            if (o.failure() != null) throw new AssertionError(o.failure().toString());
            return o.value();
        }

        CloseReason failure() {
            return get(outcome).failure();
        }
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    static void on(CountDownLatch latch) {
        try {
            if (!latch.await(SECONDS, TimeUnit.SECONDS)) throw new AssertionError("still " + latch.getCount());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static <T> T next(BlockingQueue<T> queue) {
        try {
            T one = queue.poll(SECONDS, TimeUnit.SECONDS);
            if (one == null) throw new AssertionError("nothing came");
            return one;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Asks something on a loop. */
    static <T> T on(Loop loop, Supplier<T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                answer.complete(question.get());
            } catch (Throwable t) {
                answer.completeExceptionally(t);
            }
        });
        return get(answer);
    }

    /** Asks again, on the loop, until it is so. */
    static void until(Loop loop, Supplier<Boolean> so) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(new Runnable() {
            @Override
            public void run() {
                if (so.get()) done.complete(null);
                else if (!done.isDone()) loop.schedule(1_000_000, this);
            }
        });
        try {
            get(done);
        } finally {
            done.cancel(false);
        }
    }
}
