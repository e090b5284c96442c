package libp2p.netty;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import libp2p.core.Loop;

/** Waits for what other threads do; far longer than it ever takes, so that only a hang fails. */
final class Waiting {
    private static final long SECONDS = 60;

    private Waiting() {}

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    static <T> T next(BlockingQueue<T> queue) {
        try {
            T first = queue.poll(SECONDS, TimeUnit.SECONDS);
            if (first == null) throw new AssertionError("nothing came for " + SECONDS + " s");
            return first;
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
    static void until(Loop loop, BooleanSupplier so) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(new Runnable() {
            @Override
            public void run() {
                if (so.getAsBoolean()) done.complete(null);
                else if (!done.isDone()) loop.schedule(1_000_000, this);
            }
        });
        try {
            get(done);
        } finally {
            done.cancel(false);
        }
    }

    /** Asks again, in this thread, until it is so: for questions that ask loops themselves. */
    static void until(BooleanSupplier so) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!so.getAsBoolean()) {
            if (System.nanoTime() > end) throw new AssertionError("it is not so after " + SECONDS + " s");
            LockSupport.parkNanos(1_000_000);
        }
    }
}
