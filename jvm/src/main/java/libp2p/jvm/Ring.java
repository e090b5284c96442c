package libp2p.jvm;

import libp2p.core.Buf;

/** A bounded queue of bytes; grows as it fills, up to {@link #SIZE_MAX}. Whoever shares it has a lock. */
final class Ring {
    /** How many bytes it holds at most. */
    static final int SIZE_MAX = 64 * 1024;

    private static final int SIZE_FIRST = 1024;

    private byte[] array = new byte[0];
    private int head;
    private int size;
    private final Buf view = new Buf(array);

    /** How many bytes are in it. */
    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean isFull() {
        return size == SIZE_MAX;
    }

    /** Whether it is worth while to wake who fills it. */
    boolean hasMuchRoom() {
        return size <= SIZE_MAX / 2;
    }

    /** Adds what fits and says how much. */
    int put(byte[] from, int at, int n) {
        int take = Math.min(n, SIZE_MAX - size);
        grow(take);
        int tail = (head + size) & (array.length - 1);
        int first = Math.min(take, array.length - tail);
        if (take > 0) {
            System.arraycopy(from, at, array, tail, first);
            System.arraycopy(from, at + first, array, 0, take - first);
            size += take;
        }
        return take;
    }

    /** Takes what fits of a buffer. */
    void put(Buf from) {
        from.start += put(from.array, from.start, from.size());
    }

    /** Takes up to {@code n} bytes and says how many there were. */
    int take(byte[] to, int at, int n) {
        int take = Math.min(n, size);
        if (take == 0) return 0;
        int first = Math.min(take, array.length - head);
        System.arraycopy(array, head, to, at, first);
        System.arraycopy(array, 0, to, at + first, take - first);
        drop(take);
        return take;
    }

    /** The bytes up to the end of the array, to be read from; {@link #drop} says how many were. */
    Buf view() {
        view.array = array;
        view.start = head;
        view.end = head + Math.min(size, array.length - head);
        return view;
    }

    /** Forgets the first {@code n} bytes. */
    void drop(int n) {
        size -= n;
        head = size == 0 ? 0 : (head + n) & (array.length - 1);
    }

    /** Forgets all, the room too. */
    void clear() {
        array = new byte[0];
        head = 0;
        size = 0;
    }

    private void grow(int n) {
        if (size + n <= array.length) return;
        int room = Math.max(SIZE_FIRST, array.length);
        while (room < size + n) room *= 2;
        byte[] larger = new byte[room];
        int first = Math.min(size, array.length - head);
        System.arraycopy(array, head, larger, 0, first);
        System.arraycopy(array, 0, larger, first, size - first);
        array = larger;
        head = 0;
    }
}
