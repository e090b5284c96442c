package libp2p.jvm;

import java.util.Arrays;
import libp2p.core.Cancellable;
import libp2p.multiformats.Nullable;

/**
 * Timers in a binary heap, earliest first and first given first; each knows its place, so that a cancelled one leaves at once.
 *
 * <p>Used on one loop only.
 */
final class Timers {
    private static final int ROOM_FIRST = 16;

    /** One timer: waits in the heap at {@code place}, or is gone. */
    final class Timer implements Cancellable {
        private final long at;
        private final long order;
        private @Nullable Runnable task;
        private int place;

        private Timer(long at, long order, Runnable task) {
            this.at = at;
            this.order = order;
            this.task = task;
        }

        /** What to run; null once it ran or was cancelled, so that who keeps the handle does not keep the task. */
        @Nullable Runnable take() {
            Runnable t = task;
            task = null;
            return t;
        }

        private boolean before(Timer other) {
            // Differences, since the clock may wrap around.
            return at != other.at ? at - other.at < 0 : order - other.order < 0;
        }

        @Override
        public void cancel() {
            if (task == null) return;
            task = null;
            remove(place);
        }
    }

    private Timer[] heap = new Timer[ROOM_FIRST];
    private int size;
    private long order;

    /** How many are waiting. */
    int size() {
        return size;
    }

    /** When the earliest is due; there must be one. */
    long earliest() {
        return heap[0].at;
    }

    /** Adds one that is due {@code at}. */
    Timer add(long at, Runnable task) {
        if (size == heap.length) heap = Arrays.copyOf(heap, size * 2);
        Timer t = new Timer(at, order++, task);
        up(t, size++);
        return t;
    }

    /** Takes the earliest if it is due, else null. */
    @Nullable Timer poll(long now) {
        if (size == 0 || heap[0].at - now > 0) return null;
        Timer first = heap[0];
        remove(0);
        return first;
    }

    /** Forgets all. */
    void clear() {
        for (int i = 0; i < size; i++) heap[i].task = null;
        heap = new Timer[ROOM_FIRST];
        size = 0;
    }

    private void remove(int place) {
        Timer last = heap[--size];
        heap[size] = null;
        if (place != size) {
            if (place > 0 && last.before(heap[(place - 1) >>> 1])) up(last, place);
            else down(last, place);
        }
        if (heap.length > ROOM_FIRST && size < heap.length / 4) heap = Arrays.copyOf(heap, heap.length / 2);
    }

    private void up(Timer t, int from) {
        int i = from;
        while (i > 0) {
            int parent = (i - 1) >>> 1;
            if (!t.before(heap[parent])) break;
            put(heap[parent], i);
            i = parent;
        }
        put(t, i);
    }

    private void down(Timer t, int from) {
        int i = from;
        while (true) {
            int child = 2 * i + 1;
            if (child >= size) break;
            if (child + 1 < size && heap[child + 1].before(heap[child])) child++;
            if (!heap[child].before(t)) break;
            put(heap[child], i);
            i = child;
        }
        put(t, i);
    }

    private void put(Timer t, int place) {
        heap[place] = t;
        t.place = place;
    }
}
