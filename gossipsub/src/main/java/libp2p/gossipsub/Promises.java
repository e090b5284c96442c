package libp2p.gossipsub;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.Rng;
import libp2p.core.identity.PeerId;

/**
 * Who said to have a message and was asked for it: of each IHAVE that we answered one message at random is remembered, and who does not
 * send it in time, nor anyone else, has broken a promise (gossipsub-v1.1.md, "Spam Protection Measures").
 */
final class Promises {
    private final long followupNanos;
    private final Map<MessageId, LinkedHashMap<PeerId, Long>> promises = new LinkedHashMap<>();

    Promises(long followupNanos) {
        this.followupNanos = followupNanos;
    }

    void add(PeerId peer, List<MessageId> asked, long now, Rng rng) {
        if (asked.isEmpty()) return;
        MessageId one = asked.get(rng.nextInt(asked.size()));
        promises.computeIfAbsent(one, id -> new LinkedHashMap<>(2)).putIfAbsent(peer, now + followupNanos);
    }

    /** The message came, from whomever. */
    void kept(MessageId id) {
        promises.remove(id);
    }

    /** The peer's link is slow and not its mind: what we asked it for did not leave. */
    void forgive(PeerId peer) {
        promises.values().removeIf(peers -> {
            peers.remove(peer);
            return peers.isEmpty();
        });
    }

    /** How many promises each peer has broken since the last call. */
    Map<PeerId, Integer> broken(long now) {
        Map<PeerId, Integer> broken = new LinkedHashMap<>();
        promises.values().removeIf(peers -> {
            for (Iterator<Map.Entry<PeerId, Long>> i = peers.entrySet().iterator(); i.hasNext();) {
                Map.Entry<PeerId, Long> e = i.next();
                if (e.getValue() >= now) continue;
                broken.merge(e.getKey(), 1, Integer::sum);
                i.remove();
            }
            return peers.isEmpty();
        });
        return broken;
    }

    int size() {
        return promises.size();
    }
}
