package libp2p.core.node;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.multiformats.Nullable;

/**
 * A {@link Scope} for one loop: plain counters of a node, of each of its peers, and of each connection, with the bounds of {@link Limits}.
 *
 * <p>A peer's counters exist only while they are not all zero, however long someone keeps its scope. Not thread-safe.
 */
public final class TallyScope implements Scope {
    private static final int RESOURCES = Resource.values().length;
    private static final long[] NOTHING = new long[RESOURCES];

    /** The counters of all peers that hold something; shared by a node's scopes. */
    private final Map<PeerId, long[]> peers;

    private final Limits limits;
    private final @Nullable TallyScope above;
    private final long[] most;
    private final @Nullable PeerId peer; // its counters are in the table
    private final long[] own;

    /** The scope of a node. */
    public TallyScope(Limits limits) {
        this(limits, null, nodeBounds(limits), null, new HashMap<>());
    }

    private TallyScope(Limits limits, @Nullable TallyScope above, long[] most, @Nullable PeerId peer, Map<PeerId, long[]> peers) {
        this.limits = limits;
        this.above = above;
        this.most = most;
        this.peer = peer;
        this.peers = peers;
        this.own = peer == null ? new long[RESOURCES] : NOTHING;
    }

    @Override
    public Scope peer(PeerId id) {
        return new TallyScope(limits, this, peerBounds(limits), id, peers);
    }

    @Override
    public Scope connection() {
        return new TallyScope(limits, this, connectionBounds(limits), null, peers);
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
        if (amount < 0 || amount > counters()[r]) throw new IllegalStateException("gives back " + amount + " " + resource + " of " + counters()[r]);
        if (amount == 0) return;
        for (TallyScope s = this; s != null; s = s.above) s.add(r, -amount);
    }

    @Override
    public long used(Resource resource) {
        return counters()[resource.ordinal()];
    }

    /** How many peers hold something. */
    public int peers() {
        return peers.size();
    }

    private long[] counters() {
        if (peer == null) return own;
        long[] c = peers.get(peer);
        return c == null ? NOTHING : c;
    }

    private void add(int resource, long amount) {
        if (peer == null) {
            own[resource] += amount;
            return;
        }
        long[] c = peers.get(peer);
        if (c == null) {
            c = new long[RESOURCES];
            peers.put(peer, c);
        }
        c[resource] += amount;
        if (Arrays.equals(c, NOTHING)) peers.remove(peer);
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

    private static long[] connectionBounds(Limits l) {
        long[] most = unbounded();
        most[Resource.STREAMS_INBOUND.ordinal()] = l.streamsInboundPerConnectionMax();
        most[Resource.STREAMS_OUTBOUND.ordinal()] = l.streamsOutboundPerConnectionMax();
        most[Resource.BYTES.ordinal()] = l.bytesUnreadPerConnectionMax();
        return most;
    }
}
