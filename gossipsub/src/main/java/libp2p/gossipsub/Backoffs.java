package libp2p.gossipsub;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/** Until when which peer may not be grafted in which topic, whoever pruned whom. Outlives connections. */
final class Backoffs {
    private final int perTopicMax;
    private final Map<String, LinkedHashMap<PeerId, Long>> topics = new HashMap<>();

    Backoffs(int perTopicMax) {
        this.perTopicMax = Math.max(1, perTopicMax);
    }

    /** Holds the peer off until then, or as long as it is held off already. */
    void add(String topic, PeerId peer, long until) {
        LinkedHashMap<PeerId, Long> peers = topics.computeIfAbsent(topic, t -> new LinkedHashMap<>());
        @Nullable Long before = peers.get(peer);
        if (before != null && before >= until) return;
        if (before == null && peers.size() >= perTopicMax) {
            Iterator<PeerId> oldest = peers.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        peers.put(peer, until);
    }

    /** Whether there is one, over or not: we graft only when it has been swept, which leaves the slack that the peer's clock may need. */
    boolean has(String topic, PeerId peer) {
        Map<PeerId, Long> peers = topics.get(topic);
        return peers != null && peers.containsKey(peer);
    }

    /** Until when; {@link Long#MIN_VALUE} if never. */
    long until(String topic, PeerId peer) {
        Map<PeerId, Long> peers = topics.get(topic);
        @Nullable Long until = peers == null ? null : peers.get(peer);
        return until == null ? Long.MIN_VALUE : until;
    }

    /** Forgets those that were over before {@code now}; the caller takes the slack off. Order does not matter here. */
    void sweep(long now) {
        topics.values().removeIf(peers -> {
            peers.values().removeIf(until -> until < now);
            return peers.isEmpty();
        });
    }

    int size() {
        int n = 0;
        for (Map<PeerId, Long> peers : topics.values()) n += peers.size();
        return n;
    }
}
