package libp2p.core;

import java.util.concurrent.Executor;

/**
 * Where things happen: one task at a time, in order, at a time that is what the loop says it is.
 *
 * <p>{@link #execute}, {@link #isCurrent} and {@link #nanoTime} may be called from any thread, {@link #schedule} only on the loop. A task
 * that throws is a bug: it is reported, and the loop goes on.
 */
public interface Loop extends Executor {
    /** Nanoseconds on a clock that never goes back and that all loops of a node share. */
    long nanoTime();

    /** Runs the task later, after those given before it; never within this call. */
    @Override
    void execute(Runnable task);

    /** Runs the task once, {@code delayNanos} from now or later; a cancelled timer is freed at once. */
    Cancellable schedule(long delayNanos, Runnable task);

    /** Whether the caller runs on this loop. */
    boolean isCurrent();
}
