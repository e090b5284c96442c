package libp2p.gossipsub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.multiformats.Nullable;

/** A group of parts, and what the application keeps of each peer for it. On the node's loop. */
public final class PartialGroup {
    private final String topic;
    private final byte[] id;
    private final Map<PeerId, Object> states = new LinkedHashMap<>();
    @Nullable PeerId initiator; // null once we have published of it
    int beats;

    /** What stands for "nothing is kept of the peer yet". */
    private static final Object NEW = new Object();

    PartialGroup(String topic, byte[] id, @Nullable PeerId initiator) {
        this.topic = topic;
        this.id = id;
        this.initiator = initiator;
    }

    /** The topic. */
    public String topic() {
        return topic;
    }

    /** The group's id. */
    public byte[] id() {
        return Arrays.copyOf(id, id.length);
    }

    /** The peers that take part. */
    public List<PeerId> peers() {
        return new ArrayList<>(states.keySet());
    }

    /** What was kept of the peer; null if nothing was. */
    public @Nullable Object state(PeerId peer) {
        Object s = states.get(peer);
        return s == NEW ? null : s;
    }

    /** Keeps something of a peer that takes part. */
    public void state(PeerId peer, @Nullable Object value) {
        if (states.containsKey(peer)) states.put(peer, value == null ? NEW : value);
    }

    /** Takes a peer in; whether it is new. */
    boolean add(PeerId peer) {
        return states.putIfAbsent(peer, NEW) == null;
    }

    void remove(PeerId peer) {
        states.remove(peer);
    }

    boolean isEmpty() {
        return states.isEmpty();
    }
}
