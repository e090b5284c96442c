package libp2p.core.wire.mux;

import java.util.ArrayList;
import java.util.List;
import libp2p.multiformats.Nullable;

/** The streams of one session by their key: open addressing without boxes; nothing while there are none. */
final class StreamTable<S extends MuxStream> {
    private static final int LEAST = 8;

    private @Nullable MuxStream @Nullable [] slots; // a power of two, at most half full
    private int size;

    int size() {
        return size;
    }

    @SuppressWarnings("unchecked")
    @Nullable S find(long key) {
        MuxStream[] t = slots;
        if (t == null) return null;
        for (int i = place(key, t.length); t[i] != null; i = i + 1 & t.length - 1) {
            if (t[i].key == key) return (S) t[i];
        }
        return null;
    }

    /** Adds a stream whose key is not there. */
    void add(S stream) {
        MuxStream[] t = slots;
        if (t == null) t = new MuxStream[LEAST];
        else if (size * 2 >= t.length) t = resized(t, t.length * 2);
        slots = t;
        insert(t, stream);
        size++;
    }

    void remove(long key) {
        MuxStream[] t = slots;
        if (t == null) return;
        int mask = t.length - 1;
        int hole = place(key, t.length);
        while (t[hole] != null && t[hole].key != key) hole = hole + 1 & mask;
        if (t[hole] == null) return;
        // Those after it that would no longer be found move up, so that no grave stones are needed.
        for (int i = hole + 1 & mask; t[i] != null; i = i + 1 & mask) {
            int home = place(t[i].key, t.length);
            if ((i - home & mask) >= (i - hole & mask)) {
                t[hole] = t[i];
                hole = i;
            }
        }
        t[hole] = null;
        size--;
        if (size == 0) slots = null;
        else if (t.length > LEAST && size * 8 < t.length) slots = resized(t, t.length / 2);
    }

    /** All of them, in the order of their keys. */
    @SuppressWarnings("unchecked")
    List<S> all() {
        List<S> list = new ArrayList<>(size);
        MuxStream[] t = slots;
        if (t != null) {
            for (MuxStream s : t) if (s != null) list.add((S) s);
        }
        list.sort((a, b) -> Long.compare(a.key, b.key));
        return list;
    }

    private static MuxStream[] resized(MuxStream[] from, int length) {
        MuxStream[] to = new MuxStream[length];
        for (MuxStream s : from) if (s != null) insert(to, s);
        return to;
    }

    private static void insert(MuxStream[] t, MuxStream stream) {
        int i = place(stream.key, t.length);
        while (t[i] != null) i = i + 1 & t.length - 1;
        t[i] = stream;
    }

    /** Neighbouring keys lie scattered; which keys a peer may use is checked elsewhere, and they are few. */
    private static int place(long key, int length) {
        long h = key * 0x9e3779b97f4a7c15L;
        return (int) (h >>> 40) & length - 1;
    }
}
