package libp2p.bench;

import java.util.ArrayDeque;
import libp2p.core.Cancellable;
import libp2p.core.Loop;

/** A loop that the benchmark's own thread runs; no timer ever fires. */
final class OneLoop implements Loop {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    /** Runs what there is, until there is nothing. */
    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) task.run();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Cancellable schedule(long delayNanos, Runnable task) {
        return Cancellable.NONE;
    }

    @Override
    public boolean isCurrent() {
        return true;
    }
}
