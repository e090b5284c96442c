package libp2p.jvm;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import libp2p.core.Cancellable;
import libp2p.core.Loop;
import libp2p.core.net.Observer;
import libp2p.multiformats.Nullable;

/**
 * A loop of one thread over a selector: tasks, timers and sockets take turns, none for longer than its share.
 *
 * <p>What a task throws goes to {@link Observer#bug}, an {@link Error} also to the thread's handler of uncaught exceptions; the loop goes
 * on.
 */
public final class NioLoop implements Loop, AutoCloseable {
    /** How many tasks run before sockets and timers have their turn again. */
    static final int TASKS_PER_TURN = 1024;

    /** How many timers run before sockets and tasks have their turn again. */
    static final int TIMERS_PER_TURN = 1024;

    /** How many tasks run at most after {@link #close}, in case they keep giving new ones. */
    static final int TASKS_AT_CLOSE = 1 << 20;

    /** The pause after the selector broke, so that a lasting fault does not spin. */
    static final long FAULT_PAUSE_NANOS = 10_000_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Something registered with the loop's selector; called on the loop. */
    interface Channel {
        /** The operations that are ready are in {@code key.readyOps()}. What it throws is reported, and then {@link #broken} called. */
        void ready(SelectionKey key);

        /** The loop closes, or {@link #ready} threw: close the socket. */
        void broken(@Nullable Throwable bug);
    }

    private final LongSupplier clock;
    private final Observer observer;
    private final Selector selector;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean asleep = new AtomicBoolean();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Timers timers = new Timers();
    private final SocketBuffers buffers = new SocketBuffers();
    private final Consumer<SelectionKey> ready = this::ready;
    private volatile boolean closing;

    /** Starts the thread; loops of one node share the clock, which counts nanoseconds and never goes back. */
    public NioLoop(String name, LongSupplier clock, Observer observer) throws IOException {
        this.clock = clock;
        this.observer = observer;
        this.selector = Selector.open();
        this.thread = new NioThread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public long nanoTime() {
        return clock.getAsLong();
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** {@inheritDoc} A task given after the loop has closed is dropped. */
    @Override
    public void execute(Runnable task) {
        if (task == null) throw new NullPointerException("task");
        if (isCurrent()) {
            tasks.add(task);
            return;
        }
        inbox.add(task);
        // The loop says that it sleeps before it looks at the inbox for the last time: one of the two sees the other.
        if (asleep.get() && asleep.compareAndSet(true, false)) selector.wakeup();
    }

    @Override
    public Cancellable schedule(long delayNanos, Runnable task) {
        if (!isCurrent()) throw new IllegalStateException("not on the loop");
        if (task == null) throw new NullPointerException("task");
        return timers.add(nanoTime() + Math.min(Math.max(delayNanos, 0), Long.MAX_VALUE / 2), task);
    }

    /** Whether the caller is on some loop's thread, which must not wait. */
    static boolean isLoopThread() {
        return Thread.currentThread() instanceof LoopThread;
    }

    private static final class NioThread extends Thread implements LoopThread {
        NioThread(Runnable run, String name) {
            super(run, name);
        }
    }

    /** Runs what tasks there are, closes the sockets and ends the thread; waits for that unless called on the loop. Idempotent. */
    @Override
    public void close() {
        closing = true;
        asleep.set(false);
        selector.wakeup();
        if (isCurrent()) return;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    /** Registers a non-blocking channel; on the loop only. */
    SelectionKey register(SelectableChannel channel, int operations, Channel handler) throws IOException {
        if (closing) throw new IOException("the loop is closing");
        return channel.register(selector, operations, handler);
    }

    /** The buffers of the loop; on the loop only. */
    SocketBuffers buffers() {
        return buffers;
    }

    /** How many timers are waiting; on the loop only. */
    int timers() {
        return timers.size();
    }

    /** How many channels are registered; on the loop only. */
    int channels() {
        return selector.keys().size();
    }

    Observer observer() {
        return observer;
    }

    // ---- the thread

    private void run() {
        while (!closing) {
            try {
                select();
                runTimers();
                runTasks(TASKS_PER_TURN);
            } catch (Throwable t) {
                report(t);
            }
        }
        finish();
    }

    @BeyondAndroid26("Selector.select with a consumer, which leaves no garbage")
    private void select() {
        try {
            asleep.set(true);
            long wait = !tasks.isEmpty() || !inbox.isEmpty() || closing ? 0 : waitMillis();
            if (wait == 0) {
                asleep.set(false);
                selector.selectNow(ready);
            } else {
                selector.select(ready, wait == Long.MAX_VALUE ? 0 : wait);
            }
        } catch (IOException e) {
            observer.bug("selector of " + thread.getName(), e);
            LockSupport.parkNanos(FAULT_PAUSE_NANOS);
        } catch (ClosedSelectorException e) {
            closing = true;
        } finally {
            asleep.set(false);
            Thread.interrupted(); // an interrupted thread would never sleep again, and nothing here waits for interrupts
        }
    }

    /** Until the first timer, rounded up; 0 if one is due. */
    private long waitMillis() {
        if (timers.size() == 0) return Long.MAX_VALUE;
        long left = timers.earliest() - nanoTime();
        return left <= 0 ? 0 : (left - 1) / NANOS_PER_MILLI + 1;
    }

    private void ready(SelectionKey key) {
        Channel channel = (Channel) key.attachment();
        try {
            if (key.isValid()) channel.ready(key);
        } catch (CancelledKeyException e) {
            // Closed by an earlier call of this turn.
        } catch (Throwable t) {
            report(t);
            breakOff(channel, t);
        }
    }

    private void breakOff(Channel channel, @Nullable Throwable bug) {
        try {
            channel.broken(bug);
        } catch (Throwable t) {
            report(t);
        }
    }

    private void runTimers() {
        if (timers.size() == 0) return;
        long now = nanoTime();
        for (int n = 0; n < TIMERS_PER_TURN; n++) {
            Timers.Timer t = timers.poll(now);
            if (t == null) return;
            Runnable task = t.take();
            if (task != null) run(task);
        }
    }

    /** Runs tasks until there are none or their share is used up. */
    private void runTasks(int share) {
        receive(); // first, lest tasks that give each other more keep those from outside waiting
        for (int n = 0; n < share; n++) {
            Runnable task = tasks.poll();
            if (task == null) {
                receive();
                task = tasks.poll();
                if (task == null) return;
            }
            run(task);
        }
    }

    private void receive() {
        for (int n = 0; n < TASKS_PER_TURN; n++) {
            Runnable given = inbox.poll();
            if (given == null) return;
            tasks.add(given);
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            report(t);
        }
    }

    private void report(Throwable t) {
        try {
            observer.bug(thread.getName(), t);
            if (t instanceof Error) thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
        } catch (Throwable again) {
            // Nobody is left to tell; the loop serves others too.
        }
    }

    private void finish() {
        runTasks(TASKS_AT_CLOSE);
        for (SelectionKey key : new ArrayList<>(selector.keys())) {
            if (key.isValid()) breakOff((Channel) key.attachment(), null);
        }
        runTasks(TASKS_AT_CLOSE);
        timers.clear();
        tasks.clear();
        buffers.free();
        try {
            selector.close();
        } catch (IOException e) {
            report(e);
        }
        inbox.clear();
    }

    @Override
    public String toString() {
        return thread.getName();
    }
}
