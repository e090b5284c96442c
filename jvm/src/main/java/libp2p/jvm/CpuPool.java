package libp2p.jvm;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import libp2p.core.Callback;
import libp2p.core.Cancellable;
import libp2p.core.CloseReason;
import libp2p.core.Codes;
import libp2p.core.Loop;
import libp2p.core.node.Offload;

/** CPU work on a few threads with a bounded queue; what finds the queue full fails at once. Threads end when there is nothing to do. */
final class CpuPool implements Offload, AutoCloseable {
    /** How much work may wait. */
    static final int QUEUE_MAX = 1024;

    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads;

    /** With one thread a processor. */
    CpuPool() {
        this(Runtime.getRuntime().availableProcessors(), QUEUE_MAX);
    }

    CpuPool(int threadsMax, int queueMax) {
        threads = new ThreadPoolExecutor(
                threadsMax, threadsMax, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queueMax), Threads.daemons("libp2p-cpu"));
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public <T> Cancellable run(Supplier<T> work, Loop home, Callback<? super T> done) {
        AtomicBoolean told = new AtomicBoolean();
        Callback<T> once = (value, failure) -> {
            if (told.compareAndSet(false, true)) home.execute(() -> done.done(value, failure));
        };
        Future<?> task;
        try {
            task = threads.submit(() -> {
                try {
                    if (!told.get()) once.done(work.get(), null);
                } catch (Throwable t) {
                    once.done(null, CloseReason.bug(t));
                    if (t instanceof Error) throw t;
                }
            });
        } catch (RejectedExecutionException e) {
            once.done(null, CloseReason.of(CloseReason.Kind.REFUSED, Codes.RESOURCE_LIMIT_EXCEEDED, "too much CPU work waits"));
            return Cancellable.NONE;
        }
        return () -> {
            task.cancel(false); // work under way goes on, nobody hears of it
            threads.remove((Runnable) task);
            once.done(null, CloseReason.CANCELLED);
        };
    }

    /** Takes no more work; what has begun ends by itself. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
