package libp2p.core.node;

import libp2p.multiformats.Nullable;

/**
 * A hash table of entries that know their own key, and so takes hardly more room than they do.
 *
 * <p>Of no use for more than some thousand keys that strangers choose: it has no defence against keys that are made to have one hash.
 */
final class KeyTable<E extends KeyTable.Entry> {
    /** What it holds. */
    abstract static class Entry {
        private final Object key;

        Entry(Object key) {
            this.key = key;
        }

        Object key() {
            return key;
        }
    }

    private Entry[] slots = new Entry[4];
    private int size;

    int size() {
        return size;
    }

    /** The entry of that key, or null. */
    @SuppressWarnings("unchecked")
    @Nullable E find(Object key) {
        return (E) slots[place(slots, key)];
    }

    /** Adds an entry whose key is not there yet. */
    void add(E e) {
        if (4 * ++size > 3 * slots.length) {
            Entry[] old = slots;
            slots = new Entry[2 * old.length];
            for (Entry o : old) if (o != null) slots[place(slots, o.key)] = o;
        }
        slots[place(slots, ((Entry) e).key)] = e;
    }

    /** Removes an entry that is there, and moves those up that had to make way for it. */
    void remove(E e) {
        int mask = slots.length - 1;
        int hole = place(slots, ((Entry) e).key);
        size--;
        for (int at = hole + 1 & mask; slots[at] != null; at = at + 1 & mask) {
            int home = home(slots, slots[at].key);
            if ((at - home & mask) < (at - hole & mask)) continue;
            slots[hole] = slots[at];
            hole = at;
        }
        slots[hole] = null;
    }

    /** Where the key's entry is, or would be. */
    private static int place(Entry[] slots, Object key) {
        int at = home(slots, key);
        while (slots[at] != null && slots[at].key != key && !slots[at].key.equals(key)) at = at + 1 & slots.length - 1;
        return at;
    }

    private static int home(Entry[] slots, Object key) {
        return key.hashCode() * 0x9e3779b9 >>> 8 & slots.length - 1;
    }
}
