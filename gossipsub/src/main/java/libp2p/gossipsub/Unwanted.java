package libp2p.gossipsub;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import libp2p.multiformats.Nullable;

/** What one peer does not want, and how often it and we have said so in this heartbeat (gossipsub-v1.2.md). */
final class Unwanted {
    private final int rpcsMax;
    private final int idsMax;
    private final int beats;
    private final int totalMax;
    private @Nullable LinkedHashMap<MessageId, Integer> left; // heartbeats; null for none
    private int heard;
    private int said;

    Unwanted(int rpcsPerBeatMax, int idsHeardMax, int beats, int totalMax) {
        this.rpcsMax = rpcsPerBeatMax;
        this.idsMax = idsHeardMax;
        this.beats = beats;
        this.totalMax = totalMax;
    }

    /** The peer's IDONTWANT; returns how many ids of it count. */
    int hear(List<MessageId> ids) {
        if (heard >= rpcsMax) return 0;
        heard++;
        int n = Math.min(ids.size(), idsMax);
        if (n == 0) return 0;
        if (left == null) left = new LinkedHashMap<>();
        for (int i = 0; i < n; i++) {
            left.remove(ids.get(i));
            if (left.size() >= totalMax) {
                Iterator<MessageId> oldest = left.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
            left.put(ids.get(i), beats);
        }
        return n;
    }

    boolean has(MessageId id) {
        return left != null && left.containsKey(id);
    }

    /** Whether we may say it once more in this heartbeat; counts that we do. */
    boolean say() {
        if (said >= rpcsMax) return false;
        said++;
        return true;
    }

    void beat() {
        heard = 0;
        said = 0;
        if (left == null) return;
        left.replaceAll((id, n) -> n - 1);
        left.values().removeIf(n -> n <= 0);
        if (left.isEmpty()) left = null;
    }

    int size() {
        return left == null ? 0 : left.size();
    }
}
