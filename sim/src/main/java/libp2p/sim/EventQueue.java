package libp2p.sim;

import java.util.ArrayDeque;
import java.util.Arrays;
import libp2p.multiformats.Nullable;

/**
 * The events to come, the first of them at hand; adding, taking out and cancelling cost the same for one event and for millions.
 *
 * <p>Time is cut into ticks. The events of the tick at hand lie in a small heap; later ones in a wheel of slots on several levels, each
 * level's
 * slot as wide as a whole turn of the one below, whose events move down when their time comes near.
 */
final class EventQueue {
    private static final int TICK_BITS = 17; // 131 microseconds
    private static final int SLOT_BITS = 12;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int LEVELS = 4; // 17 + 4 * 12 bits: all of time
    private static final int WORDS = SLOTS / 64;

    /** Slots that are kept for reuse, if they are not large. */
    private static final int SPARES = 64;

    private static final int SPARE_SIZE = 4096;

    private Event[] heap = new Event[64];
    private int heapSize;
    private final @Nullable Slot[][] slots = new Slot[LEVELS][];
    private final long[][] used = new long[LEVELS][]; // a bit for each slot that is not empty
    private final ArrayDeque<Slot> spare = new ArrayDeque<>();
    private long tick; // the one at hand
    private int size;

    /** Events of one slot, in no order. */
    private static final class Slot {
        private Event[] events = new Event[4];
        private int size;
    }

    int size() {
        return size;
    }

    void add(Event e) {
        if (e.place != Event.NOWHERE) throw new IllegalStateException("is in a queue already");
        if (e.time < 0) throw new IllegalArgumentException("before the beginning: " + e.time);
        size++;
        place(e);
    }

    /** Takes an event out; false if it is not in. */
    boolean remove(Event e) {
        if (e.place == Event.NOWHERE) return false;
        size--;
        if (e.place >= 0) removeFromHeap(e.place);
        else unlink(e);
        e.place = Event.NOWHERE;
        return true;
    }

    /** The first, or null. */
    @Nullable Event peek() {
        if (size == 0) return null;
        while (heapSize == 0) advance();
        return heap[0];
    }

    /** Takes out the first; there is one. */
    Event poll() {
        Event first = peek();
        if (first == null) throw new IllegalStateException("no event");
        remove(first);
        return first;
    }

    private void place(Event e) {
        long t = e.time >>> TICK_BITS;
        if (t <= tick) {
            addToHeap(e);
            return;
        }
        int level = (63 - Long.numberOfLeadingZeros(t ^ tick)) / SLOT_BITS;
        int slot = (int) (t >>> level * SLOT_BITS) & SLOTS - 1;
        link(e, level, slot);
    }

    /** Brings the next tick that has an event to hand, or moves the events of a higher level's slot down. */
    private void advance() {
        for (int level = 0; level < LEVELS; level++) {
            int shift = level * SLOT_BITS;
            int slot = nextUsed(level, ((int) (tick >>> shift) & SLOTS - 1) + 1);
            if (slot < 0) continue;
            tick = (tick >>> shift + SLOT_BITS << SLOT_BITS | slot) << shift;
            Slot s = slots[level][slot];
            if (s == null) throw new IllegalStateException("an empty slot is marked as used");
            free(level, slot);
            for (int i = 0; i < s.size; i++) {
                place(s.events[i]);
                s.events[i] = null;
            }
            s.size = 0;
            if (s.events.length <= SPARE_SIZE && spare.size() < SPARES) spare.push(s);
            return;
        }
        throw new IllegalStateException("an event is lost");
    }

    private int nextUsed(int level, int from) {
        long[] words = used[level];
        if (words == null || from >= SLOTS) return -1;
        int w = from >>> 6;
        long word = words[w] & -1L << (from & 63);
        while (word == 0) {
            if (++w == WORDS) return -1;
            word = words[w];
        }
        return (w << 6) + Long.numberOfTrailingZeros(word);
    }

    // ---- the wheel

    private void link(Event e, int level, int slot) {
        if (slots[level] == null) {
            slots[level] = new Slot[SLOTS];
            used[level] = new long[WORDS];
        }
        Slot s = slots[level][slot];
        if (s == null) {
            s = spare.isEmpty() ? new Slot() : spare.pop();
            slots[level][slot] = s;
            used[level][slot >>> 6] |= 1L << (slot & 63);
        }
        if (s.size == s.events.length) s.events = Arrays.copyOf(s.events, 2 * s.size);
        e.place = -2 - (level << SLOT_BITS | slot);
        e.index = s.size;
        s.events[s.size++] = e;
    }

    private void unlink(Event e) {
        int at = -2 - e.place;
        int level = at >>> SLOT_BITS;
        int slot = at & SLOTS - 1;
        Slot s = slots[level][slot];
        if (s == null) throw new IllegalStateException("is in no slot");
        Event last = s.events[--s.size];
        s.events[s.size] = null;
        if (last != e) {
            s.events[e.index] = last;
            last.index = e.index;
        }
        if (s.size == 0) free(level, slot);
    }

    private void free(int level, int slot) {
        slots[level][slot] = null;
        used[level][slot >>> 6] &= ~(1L << (slot & 63));
    }

    // ---- the heap

    private void addToHeap(Event e) {
        if (heapSize == heap.length) heap = Arrays.copyOf(heap, 2 * heapSize);
        up(e, heapSize++);
    }

    private void removeFromHeap(int at) {
        Event last = heap[--heapSize];
        heap[heapSize] = null;
        if (at == heapSize) return;
        if (at > 0 && last.isBefore(heap[at - 1 >>> 1])) up(last, at);
        else down(last, at);
    }

    private void up(Event e, int from) {
        int at = from;
        while (at > 0) {
            int parent = at - 1 >>> 1;
            Event p = heap[parent];
            if (!e.isBefore(p)) break;
            put(p, at);
            at = parent;
        }
        put(e, at);
    }

    private void down(Event e, int from) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= heapSize) break;
            if (child + 1 < heapSize && heap[child + 1].isBefore(heap[child])) child++;
            if (!heap[child].isBefore(e)) break;
            put(heap[child], at);
            at = child;
        }
        put(e, at);
    }

    private void put(Event e, int at) {
        heap[at] = e;
        e.place = at;
    }
}
