package libp2p.core.node;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.multiformats.Nullable;

/**
 * A {@link Scope} for one loop: plain counters of a node, of each of its peers and of each address, and of each connection, with the bounds
 * of {@link Limits}.
 *
 * <p>A peer's or an address's counters exist only while they are not all zero, however long someone keeps its scope. Not thread-safe.
 */
public final class TallyScope implements Scope {
    private static final int RESOURCES = Resource.values().length;
    private static final long[] NOTHING = new long[RESOURCES];

    /** The counters of all peers and addresses that hold something; shared by a node's scopes. */
    private final Map<Object, long[]> shared;

    private final Limits limits;
    private final @Nullable TallyScope above;
    private final long[] most;
    private final @Nullable Object key; // of its counters in the table
    private final long[] own;

    /** The scope of a node. */
    public TallyScope(Limits limits) {
        this(limits, null, nodeBounds(limits), null, new HashMap<>());
    }

    private TallyScope(Limits limits, @Nullable TallyScope above, long[] most, @Nullable Object key, Map<Object, long[]> shared) {
        this.limits = limits;
        this.above = above;
        this.most = most;
        this.key = key;
        this.shared = shared;
        this.own = key == null ? new long[RESOURCES] : NOTHING;
    }

    @Override
    public Scope peer(PeerId id) {
        return new TallyScope(limits, this, peerBounds(limits), id, shared);
    }

    @Override
    public Scope address(String group) {
        return new TallyScope(limits, this, addressBounds(limits), group, shared);
    }

    @Override
    public Scope connection() {
        return new TallyScope(limits, this, connectionBounds(limits), null, shared);
    }

    @Override
    public boolean reserve(Resource resource, long amount) {
        if (amount < 0) throw new IllegalArgumentException("negative amount " + amount);
        int r = resource.ordinal();
        for (TallyScope s = this; s != null; s = s.above) {
            if (amount > s.most[r] - s.counters()[r]) return false;
        }
        if (amount == 0) return true;
        for (TallyScope s = this; s != null; s = s.above) s.add(r, amount);
        return true;
    }

    @Override
    public void release(Resource resource, long amount) {
        int r = resource.ordinal();
        if (amount < 0 || amount > counters()[r]) {
            throw new IllegalStateException("gives back " + amount + " " + resource + " of " + counters()[r]);
        }
        if (amount == 0) return;
        for (TallyScope s = this; s != null; s = s.above) s.add(r, -amount);
    }

    @Override
    public long used(Resource resource) {
        return counters()[resource.ordinal()];
    }

    /** How many peers and addresses hold something. */
    public int peers() {
        return shared.size();
    }

    private long[] counters() {
        if (key == null) return own;
        long[] c = shared.get(key);
        return c == null ? NOTHING : c;
    }

    private void add(int resource, long amount) {
        if (key == null) {
            own[resource] += amount;
            return;
        }
        long[] c = shared.get(key);
        if (c == null) {
            c = new long[RESOURCES];
            shared.put(key, c);
        }
        c[resource] += amount;
        if (Arrays.equals(c, NOTHING)) shared.remove(key);
    }

    private static long[] unbounded() {
        long[] most = new long[RESOURCES];
        Arrays.fill(most, Long.MAX_VALUE);
        return most;
    }

    private static long[] nodeBounds(Limits l) {
        long[] most = unbounded();
        most[Resource.HANDSHAKES_INBOUND.ordinal()] = l.handshakesInboundMax();
        most[Resource.CONNECTIONS_INBOUND.ordinal()] = l.connectionsInboundMax();
        most[Resource.CONNECTIONS_OUTBOUND.ordinal()] = l.connectionsOutboundMax();
        most[Resource.STREAMS_INBOUND.ordinal()] = l.streamsInboundMax();
        most[Resource.STREAMS_OUTBOUND.ordinal()] = l.streamsOutboundMax();
        most[Resource.BYTES.ordinal()] = l.bytesMax();
        return most;
    }

    private static long[] peerBounds(Limits l) {
        long[] most = unbounded();
        most[Resource.CONNECTIONS_INBOUND.ordinal()] = l.connectionsPerPeerMax();
        most[Resource.CONNECTIONS_OUTBOUND.ordinal()] = l.connectionsPerPeerMax();
        most[Resource.STREAMS_INBOUND.ordinal()] = l.streamsInboundPerPeerMax();
        return most;
    }

    private static long[] addressBounds(Limits l) {
        long[] most = unbounded();
        most[Resource.ARRIVALS.ordinal()] = l.connectionsPerAddressMax();
        return most;
    }

    private static long[] connectionBounds(Limits l) {
        long[] most = unbounded();
        most[Resource.STREAMS_INBOUND.ordinal()] = l.streamsInboundPerConnectionMax();
        most[Resource.STREAMS_OUTBOUND.ordinal()] = l.streamsOutboundPerConnectionMax();
        most[Resource.BYTES.ordinal()] = l.bytesUnreadPerConnectionMax();
        return most;
    }
}
