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

    private final Message[] ring;
    private final int[] slotOf;
    private final Message[] slots;
    private final long seed;
    private final long bytesMax;
    private long bytes;
    private int first;
    private int count;

    Recent(int messagesMax, long bytesMax, long seed) {
        ring = new Message[Math.max(1, messagesMax)];
        slotOf = new int[ring.length];
        slots = new Message[Math.max(2, Integer.highestOneBit(ring.length) * 4)];
        this.seed = seed;
        this.bytesMax = bytesMax;
    }

    @Nullable Message find(Buf raw) {
        Message m = slots[slot(raw.array, raw.start, raw.size())];
        return m != null && m.isOf(raw) ? m : null;
    }

    void add(Message m) {
        while (count > 0 && (count == ring.length || bytes + m.cost() > bytesMax)) evict();
        int slot = slot(m.frame(), m.frame().length - m.size(), m.size());
        int at = (first + count++) % ring.length;
        ring[at] = m;
        slotOf[at] = slot;
        slots[slot] = m;
        bytes += m.cost();
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
