package libp2p.netty;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import libp2p.core.Cancellable;
import libp2p.core.Loop;
import libp2p.core.net.Observer;

/** One of Netty's event loops as a {@link Loop}, on the clock of the node's other loops. */
final class NettyLoop implements Loop {
    private final NettyLoops all;
    private final EventLoop loop;
    private final LongSupplier clock;
    private final Observer observer;

    NettyLoop(NettyLoops all, EventLoop loop, LongSupplier clock, Observer observer) {
        this.all = all;
        this.loop = loop;
        this.clock = clock;
        this.observer = observer;
    }

    /** Those that it is one of. */
    NettyLoops all() {
        return all;
    }

    /** What channels are registered with. */
    EventLoop events() {
        return loop;
    }

    Observer observer() {
        return observer;
    }

    @Override
    public long nanoTime() {
        return clock.getAsLong();
    }

    /** {@inheritDoc} A task given after the loop has closed is dropped. */
    @Override
    public void execute(Runnable task) {
        if (task == null) throw new NullPointerException("task");
        try {
            loop.execute(() -> run(task));
        } catch (RejectedExecutionException e) {
            // The loop has closed, and nobody waits for what the task does.
        }
    }

    @Override
    public Cancellable schedule(long delayNanos, Runnable task) {
        if (!isCurrent()) throw new IllegalStateException("not on the loop");
        Future<?> timer = loop.schedule(() -> run(task), Math.max(delayNanos, 0), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }

    @Override
    public boolean isCurrent() {
        return loop.inEventLoop();
    }

    /** Runs something of ours, from Netty's calls too; what it throws is a bug, and is reported. */
    void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            observer.bug("netty loop", t);
            if (t instanceof Error e) throw e;
        }
    }
}
