package libp2p.gossipsub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/**
 * The messages of the last heartbeats, to be asked for, and the ids of the last few, to be gossiped (gossipsub-v1.0.md, "Message Cache").
 */
final class MessageCache {

    private static final class Entry {
        private final Message message;
        private @Nullable Map<PeerId, Integer> asked;

        Entry(Message message) {
            this.message = message;
        }
    }

    private final int gossipBeats;
    private final int historyBeats;
    private final long bytesMax;
    private final LinkedHashMap<MessageId, Entry> entries = new LinkedHashMap<>(); // the oldest first
    private final ArrayDeque<Map<String, List<MessageId>>> beats = new ArrayDeque<>(); // the newest first
    private long bytes;

    MessageCache(int gossipBeats, int historyBeats, long bytesMax) {
        this.gossipBeats = gossipBeats;
        this.historyBeats = historyBeats;
        this.bytesMax = bytesMax;
        beats.addFirst(new HashMap<>());
    }

    /** Takes a message, unless it is there. */
    void put(Message m) {
        if (entries.containsKey(m.id())) return;
        while (!entries.isEmpty() && bytes + m.cost() > bytesMax) {
            Iterator<Entry> oldest = entries.values().iterator();
            bytes -= oldest.next().message.cost();
            oldest.remove();
        }
        entries.put(m.id(), new Entry(m));
        bytes += m.cost();
        beats.getFirst().computeIfAbsent(m.topic(), t -> new ArrayList<>()).add(m.id());
    }

    @Nullable Message get(MessageId id) {
        Entry e = entries.get(id);
        return e == null ? null : e.message;
    }

    /** Counts that the peer asked for it; says how often it has. */
    int asked(MessageId id, PeerId peer) {
        Entry e = entries.get(id);
        if (e == null) return 0;
        Map<PeerId, Integer> asked = e.asked;
        if (asked == null) {
            asked = new HashMap<>(4);
            e.asked = asked;
        }
        return asked.merge(peer, 1, Integer::sum);
    }

    /** The ids of a topic that are gossiped now, the newest first. */
    List<MessageId> gossip(String topic) {
        List<MessageId> ids = null;
        int n = 0;
        for (Map<String, List<MessageId>> beat : beats) {
            if (n++ == gossipBeats) break;
            List<MessageId> of = beat.get(topic);
            if (of == null) continue;
            if (ids == null) ids = new ArrayList<>();
            ids.addAll(of);
        }
        if (ids == null) return Collections.emptyList();
        ids.removeIf(id -> !entries.containsKey(id));
        return ids;
    }

    /** A heartbeat is over. */
    void shift() {
        if (beats.size() == historyBeats) {
            for (List<MessageId> ids : beats.removeLast().values()) {
                for (MessageId id : ids) {
                    Entry e = entries.remove(id);
                    if (e != null) bytes -= e.message.cost();
                }
            }
        }
        beats.addFirst(new HashMap<>());
    }

    int size() {
        return entries.size();
    }

    long bytes() {
        return bytes;
    }
}
