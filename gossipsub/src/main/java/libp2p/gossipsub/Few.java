package libp2p.gossipsub;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import libp2p.multiformats.Nullable;

/** A set in the order of insertion that most often holds a few elements, or none: then it is an array, and beyond that a hash table. */
final class Few<T> extends AbstractSet<T> {
    private static final int FEW = 8;
    private static final Object[] NONE = {};

    private Object[] array = NONE;
    private int size; // of the array's part
    private @Nullable Set<T> many;

    private int find(@Nullable Object o) {
        for (int i = 0; i < size; i++) if (array[i].equals(o)) return i;
        return -1;
    }

    @Override
    public int size() {
        return many != null ? many.size() : size;
    }

    @Override
    public boolean contains(@Nullable Object o) {
        return many != null ? many.contains(o) : find(o) >= 0;
    }

    @Override
    public boolean add(T t) {
        if (many != null) return many.add(t);
        if (find(t) >= 0) return false;
        if (size == FEW) {
            many = new LinkedHashSet<>(this);
            array = NONE;
            size = 0;
            return many.add(t);
        }
        if (size == array.length) array = Arrays.copyOf(array, Math.min(FEW, size + 2));
        array[size++] = t;
        return true;
    }

    @Override
    public boolean remove(@Nullable Object o) {
        if (many != null) return many.remove(o);
        int at = find(o);
        if (at >= 0) removeAt(at);
        return at >= 0;
    }

    private void removeAt(int at) {
        System.arraycopy(array, at + 1, array, at, --size - at);
        array[size] = null;
        if (size == 0) array = NONE;
    }

    @Override
    public void clear() {
        many = null;
        array = NONE;
        size = 0;
    }

    @Override
    public Iterator<T> iterator() {
        return many != null ? many.iterator() : new OfArray();
    }

    private final class OfArray implements Iterator<T> {
        private int next;

        @Override
        public boolean hasNext() {
            return next < size;
        }

        @Override
        @SuppressWarnings("unchecked") // what was added is what is there
        public T next() {
            if (next >= size) throw new NoSuchElementException();
            return (T) array[next++];
        }

        @Override
        public void remove() {
            removeAt(--next);
        }
    }
}
