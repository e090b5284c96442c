package libp2p.gossipsub;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import libp2p.multiformats.Nullable;

/** The ids of messages that came, each for a time; of more than a number of them the oldest is forgotten first. */
final class SeenCache {
    private final SeenStrategy strategy;
    private final long ttlNanos;
    private final int max;
    private final LinkedHashMap<MessageId, Long> until = new LinkedHashMap<>(); // in the order in which they end

    SeenCache(SeenStrategy strategy, long ttlNanos, int max) {
        this.strategy = strategy;
        this.ttlNanos = ttlNanos;
        this.max = Math.max(1, max);
    }

    /** Takes an id, and says whether it is new. */
    boolean add(MessageId id, long now) {
        if (has(id, now)) return false;
        if (until.size() >= max) forgetFirst();
        until.remove(id); // one that has ended and was not swept yet
        until.put(id, now + ttlNanos);
        return true;
    }

    /** Whether the id came within its time. */
    boolean has(MessageId id, long now) {
        @Nullable Long end = until.get(id);
        if (end == null || end <= now) return false;
        if (strategy == SeenStrategy.LAST_SEEN) {
            until.remove(id);
            until.put(id, now + ttlNanos);
        }
        return true;
    }

    private void forgetFirst() {
        Iterator<Map.Entry<MessageId, Long>> i = until.entrySet().iterator();
        i.next();
        i.remove();
    }

    /** Forgets those whose time is over. */
    void sweep(long now) {
        Iterator<Map.Entry<MessageId, Long>> i = until.entrySet().iterator();
        while (i.hasNext() && i.next().getValue() <= now) i.remove();
    }

    int size() {
        return until.size();
    }
}
