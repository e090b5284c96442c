package libp2p.core.node;

import java.util.LinkedHashMap;
import java.util.Map;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.multiformats.Nullable;

/** Budgets counted plainly, for a node whose loops are one thread: the simulator, a browser, a small device. */
public final class TallyScope implements Scope {
    private final Limits limits;
    private final @Nullable TallyScope above;
    private final @Nullable PeerId peer;
    private final long[] used = new long[Resource.values().length];
    private final Map<PeerId, TallyScope> peers;
    private final boolean connection;

    /** The budget of a whole node. */
    public TallyScope(Limits limits) {
        this(limits, null, null, false);
    }

    private TallyScope(Limits limits, @Nullable TallyScope above, @Nullable PeerId peer, boolean connection) {
        this.limits = limits;
        this.above = above;
        this.peer = peer;
        this.connection = connection;
        this.peers = above == null ? new LinkedHashMap<>() : Map.of();
    }

    private long max(Resource r) {
        switch (r) {
            case HANDSHAKES_INBOUND:
                return limits.handshakesInboundMax();
            case CONNECTIONS_INBOUND:
                return above == null ? limits.connectionsInboundMax() : limits.connectionsPerPeerMax();
            case CONNECTIONS_OUTBOUND:
                return above == null ? limits.connectionsOutboundMax() : limits.connectionsPerPeerMax();
            case STREAMS_INBOUND:
                if (connection) return limits.streamsInboundPerConnectionMax();
                return above == null ? limits.streamsInboundMax() : limits.streamsInboundPerPeerMax();
            case STREAMS_OUTBOUND:
                return limits.streamsOutboundMax();
            default:
                return connection ? limits.bytesUnreadPerConnectionMax() : limits.bytesMax();
        }
    }

    @Override
    public boolean reserve(Resource resource, long amount) {
        if (amount < 0) throw new IllegalArgumentException("negative amount " + amount);
        int i = resource.ordinal();
        if (amount > max(resource) - used[i]) return false;
        if (above != null && !above.reserve(resource, amount)) return false;
        used[i] += amount;
        if (peer != null && above != null) above.peers.put(peer, this);
        return true;
    }

    @Override
    public void release(Resource resource, long amount) {
        int i = resource.ordinal();
        if (amount < 0 || amount > used[i]) throw new IllegalStateException("released more than was reserved: " + resource);
        used[i] -= amount;
        if (above != null) above.release(resource, amount);
        if (peer != null && above != null && isEmpty()) above.peers.remove(peer);
    }

    private boolean isEmpty() {
        for (long n : used) if (n != 0) return false;
        return true;
    }

    @Override
    public long used(Resource resource) {
        return used[resource.ordinal()];
    }

    @Override
    public Scope peer(PeerId id) {
        if (above != null) throw new IllegalStateException("peers have scopes in the node's only");
        TallyScope there = peers.get(id);
        return there == null ? new TallyScope(limits, this, id, false) : there;
    }

    @Override
    public Scope connection() {
        return new TallyScope(limits, this, null, true);
    }
}
