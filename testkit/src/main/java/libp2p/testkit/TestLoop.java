package libp2p.testkit;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import libp2p.core.Cancellable;
import libp2p.core.Loop;

/**
 * A loop in virtual time on the test's own thread: nothing happens but in {@link #run}, {@link #settle} and {@link #advance}.
 *
 * <p>What a task throws is thrown out of them. Several loops of one {@link Clock} take turns and share its time.
 */
public final class TestLoop implements Loop {

    /** The time that loops share. */
    public static final class Clock {
        private final java.util.ArrayList<TestLoop> loops = new java.util.ArrayList<>();
        private long now = 1_000_000_000L;

        /** A loop on this clock. */
        public TestLoop loop() {
            TestLoop l = new TestLoop(this);
            loops.add(l);
            return l;
        }

        /** The time now. */
        public long nanoTime() {
            return now;
        }

        /** Runs all tasks that are ready, on all loops in turn, until there are none; no time passes. */
        public void settle() {
            boolean more = true;
            for (long n = 0; more; n++) {
                if (n > TASKS_MAX) throw new AssertionError("the loops never settle");
                more = false;
                for (TestLoop l : loops) more |= l.turn();
            }
        }

        /** Lets time pass, timers firing in their order. */
        public void advance(long nanos) {
            long until = Math.addExact(now, nanos);
            settle();
            while (true) {
                TestLoop next = null;
                for (TestLoop l : loops) {
                    Timer t = l.timers.peek();
                    if (t != null && t.at <= until && (next == null || t.at < next.timers.peek().at)) next = l;
                }
                if (next == null) break;
                Timer t = next.timers.remove();
                now = Math.max(now, t.at);
                next.tasks.add(t.task);
                settle();
            }
            now = until;
        }
    }

    private static final long TASKS_MAX = 50_000_000;

    private record Timer(long at, long order, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer o) {
            return at != o.at ? Long.compare(at, o.at) : Long.compare(order, o.order);
        }
    }

    private final Clock clock;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private long order;
    private boolean current;

    private TestLoop(Clock clock) {
        this.clock = clock;
    }

    /** A loop with a clock of its own. */
    public static TestLoop alone() {
        return new Clock().loop();
    }

    /** The clock it is on. */
    public Clock clock() {
        return clock;
    }

    /** Runs a task on the loop now, and then all that became ready on every loop of the clock. */
    public void run(Runnable task) {
        tasks.add(task);
        clock.settle();
    }

    /** Runs all tasks that are ready, on every loop of the clock. */
    public void settle() {
        clock.settle();
    }

    /** Lets time pass on the clock. */
    public void advance(long nanos) {
        clock.advance(nanos);
    }

    /** How many timers are waiting. */
    public int timers() {
        return timers.size();
    }

    private boolean turn() {
        int n = tasks.size();
        for (int i = 0; i < n; i++) {
            current = true;
            try {
                tasks.remove().run();
            } finally {
                current = false;
            }
        }
        return n > 0;
    }

    @Override
    public long nanoTime() {
        return clock.now;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Cancellable schedule(long delayNanos, Runnable task) {
        Timer t = new Timer(clock.now + Math.max(0, delayNanos), order++, task);
        timers.add(t);
        return () -> timers.remove(t);
    }

    @Override
    public boolean isCurrent() {
        return current;
    }
}
