package libp2p.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import libp2p.core.Buf;
import libp2p.multiformats.Nullable;

/**
 * Virtual time: events happen in their order, each in a turn of its host.
 *
 * <p>A turn is the event, then the tasks that the host gave its loop meanwhile, then the departure of what it sent. No other host does
 * anything within it, and no time passes.
 */
final class Timeline {
    /** Tasks of one turn beyond which it is taken not to end. */
    private static final int TASKS_MAX = 50_000_000;

    private static final int SCRATCH = 512;

    /** Larger buffers are not kept. */
    private static final int SCRATCH_MAX = 256 * 1024;

    private static final byte[] NOTHING = {};

    /** Something that a turn makes and that leaves when the turn ends, so that what was written bit by bit travels together. */
    interface Departure {
        void depart();
    }

    private final EventQueue queue = new EventQueue();
    private final Trace trace = new Trace(this);
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Departure> departures = new ArrayList<>();
    private final ArrayDeque<Buf> scratch = new ArrayDeque<>();
    private final Buf lent = new Buf(NOTHING);
    private long now;
    private long events;
    private long sequence; // of what the world sends
    private @Nullable SimHost current;
    private boolean turning;
    private boolean handling; // a handler is being called
    private @Nullable Throwable bug;
    private String bugPlace = "";

    long now() {
        return now;
    }

    long events() {
        return events;
    }

    int waiting() {
        return queue.size();
    }

    Trace trace() {
        return trace;
    }

    /** Whose turn it is; null if it is the world's. */
    @Nullable SimHost current() {
        return current;
    }

    /** Whether nobody has a turn, not even the world. */
    boolean isBetweenTurns() {
        return !turning;
    }

    // ---- what is to come

    /** Lets it happen at that time, or now if that is past; whose turn it is has sent it. */
    void add(Event e, long time) {
        SimHost by = current;
        e.time = Math.max(now, time);
        e.sender = by == null ? Event.WORLD : by.index();
        e.sequence = by == null ? sequence++ : by.nextSequence();
        queue.add(e);
        trace.scheduled(e);
    }

    void remove(Event e) {
        queue.remove(e);
    }

    /** The host's task: in this turn if it is its own, else an event. */
    void execute(SimHost host, Runnable task) {
        if (current == host) tasks.add(task);
        else add(new Task(host, task), now);
    }

    /** It leaves at the end of this turn. */
    void departing(Departure d) {
        departures.add(d);
    }

    /** An empty buffer to gather in what is sent in this turn; to be given back when that departs. */
    Buf borrow() {
        Buf b = scratch.poll();
        return b == null ? new Buf(SCRATCH) : b;
    }

    void giveBack(Buf b) {
        if (b.array.length <= SCRATCH_MAX) scratch.push(b.clear());
    }

    /** The bytes as they are lent to who hears them; one at a time. */
    Buf lend(byte[] data) {
        lent.array = data;
        lent.start = 0;
        lent.end = data.length;
        return lent;
    }

    // ---- what happens

    /** The next event, if it is not after {@code until}; null if there is none. */
    @Nullable Event next(long until) {
        Event e = queue.peek();
        return e == null || e.time > until ? null : e;
    }

    /** Lets the next event happen, of which there must be one. */
    void step() {
        Event e = queue.poll();
        now = e.time;
        events++;
        trace.happens(e);
        turn(e.host(), e);
    }

    /** No event is left before this time; it is then. */
    void reach(long time) {
        now = Math.max(now, time);
    }

    /** A turn of a host, or the world's, which is no event: what someone outside does now. */
    void turn(@Nullable SimHost host, Runnable first) {
        if (turning) throw new IllegalStateException("it is the turn of " + (current == null ? "the world" : current));
        turning = true;
        current = host;
        try {
            first.run();
            long n = 0;
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
                if (++n > TASKS_MAX) throw new IllegalStateException("a turn does not end");
            }
            for (int i = 0; i < departures.size(); i++) departures.get(i).depart();
        } catch (RuntimeException | Error e) {
            bug("a task", e);
        } finally {
            current = null;
            turning = false;
            handling = false;
            tasks.clear();
            departures.clear();
        }
        check(host);
    }

    // ---- what must not happen

    /** A handler is about to be called; effects of handlers never call another before they return. */
    void enter() {
        if (handling) throw new IllegalStateException("an effect called a handler before it returned");
        handling = true;
    }

    void leave() {
        handling = false;
    }

    /** Something of ours is broken: the world stops after this turn. */
    void bug(String where, Throwable what) {
        if (bug != null) return;
        bug = what;
        bugPlace = where;
    }

    private void check(@Nullable SimHost host) {
        Throwable b = bug;
        if (b == null) return;
        bug = null;
        throw new WorldException(bugPlace + " of " + (host == null ? "the world" : host) + " at " + Trace.moment(now) + " s, event "
                + events, b);
    }

    /** A task from outside. */
    static final class Task extends Event {
        private final @Nullable SimHost host;
        private final Runnable task;

        Task(@Nullable SimHost host, Runnable task) {
            this.host = host;
            this.task = task;
        }

        @Override
        public void run() {
            task.run();
        }

        @Override
        Kind kind() {
            return Kind.TASK;
        }

        @Override
        @Nullable SimHost host() {
            return host;
        }

        @Override
        public String toString() {
            return "runs a task";
        }
    }
}
