package libp2p.gossipsub;

import libp2p.core.Buf;
import libp2p.multiformats.Nullable;

/**
 * The last messages that came on the connections of one loop, found by their bytes: a copy is known before anything is made of it.
 *
 * <p>The hash looks at some bytes only and is no defence; all bytes are compared. Who makes collisions evicts messages from here, and only
 * makes copies of them cost what new messages do.
 */
final class Recent {
    private static final int WHOLE = 256; // bytes that are all looked at
    private static final int SAMPLES = 128;
    private static final long MIX = 0x9e3779b97f4a7c15L;

    private static final int FIRST = 16; // entries; the tables grow to what comes

    private final int messagesMax;
    private Message[] ring;
    private int[] slotOf;
    private Message[] slots;
    private final long seed;
    private final long bytesMax;
    private long bytes;
    private int first;
    private int count;

    Recent(int messagesMax, long bytesMax, long seed) {
        this.messagesMax = Math.max(1, messagesMax);
        ring = new Message[Math.min(FIRST, this.messagesMax)];
        slotOf = new int[ring.length];
        slots = new Message[slotsFor(ring.length)];
        this.seed = seed;
        this.bytesMax = bytesMax;
    }

    private static int slotsFor(int messages) {
        return Math.max(2, Integer.highestOneBit(messages) * 4);
    }

    @Nullable Message find(Buf raw) {
        Message m = slots[slot(raw.array, raw.start, raw.size())];
        return m != null && m.isOf(raw) ? m : null;
    }

    void add(Message m) {
        while (count > 0 && (count == messagesMax || bytes + m.cost() > bytesMax)) evict();
        if (count == ring.length) grow();
        put(m);
        bytes += m.cost();
    }

    private void put(Message m) {
        int slot = slot(m.frame(), m.frame().length - m.size(), m.size());
        int at = (first + count++) % ring.length;
        ring[at] = m;
        slotOf[at] = slot;
        slots[slot] = m;
    }

    private void grow() {
        Message[] before = ring;
        int n = count;
        int from = first;
        ring = new Message[(int) Math.min(messagesMax, 2L * n)];
        slotOf = new int[ring.length];
        slots = new Message[slotsFor(ring.length)];
        first = 0;
        count = 0;
        for (int i = 0; i < n; i++) put(before[(from + i) % n]);
    }

    private void evict() {
        Message m = ring[first];
        if (slots[slotOf[first]] == m) slots[slotOf[first]] = null;
        ring[first] = null;
        bytes -= m.cost();
        first = (first + 1) % ring.length;
        count--;
    }

    private int slot(byte[] a, int at, int n) {
        long h = (seed ^ n) * MIX;
        int head = Math.min(n, n <= WHOLE ? WHOLE : SAMPLES);
        for (int i = 0; i < head; i++) h = (h ^ a[at + i]) * MIX;
        if (n > WHOLE) {
            int step = (n - head) / SAMPLES;
            for (int i = n - 1; i >= head && step > 0; i -= step) h = (h ^ a[at + i]) * MIX;
        }
        return (int) (h >>> 33) & slots.length - 1;
    }
}
