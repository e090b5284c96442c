package libp2p.jvm;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.multiformats.Nullable;

/** Budgets that several loops count in at once. */
final class AtomicScope implements Scope {
    private enum Level {
        NODE,
        PEER,
        CONNECTION
    }

    private final Limits limits;
    private final Level level;
    private final @Nullable AtomicScope above;
    private final @Nullable PeerId peer;
    private final AtomicLongArray used = new AtomicLongArray(Resource.values().length);
    private final @Nullable ConcurrentHashMap<PeerId, AtomicScope> peers;

    /** The budget of a whole node. */
    AtomicScope(Limits limits) {
        this(limits, Level.NODE, null, null);
    }

    private AtomicScope(Limits limits, Level level, @Nullable AtomicScope above, @Nullable PeerId peer) {
        this.limits = limits;
        this.level = level;
        this.above = above;
        this.peer = peer;
        this.peers = level == Level.NODE ? new ConcurrentHashMap<>() : null;
    }

    private long max(Resource r) {
        switch (r) {
            case HANDSHAKES_INBOUND:
                return limits.handshakesInboundMax();
            case CONNECTIONS_INBOUND:
                return level == Level.NODE ? limits.connectionsInboundMax() : limits.connectionsPerPeerMax();
            case CONNECTIONS_OUTBOUND:
                return level == Level.NODE ? limits.connectionsOutboundMax() : limits.connectionsPerPeerMax();
            case STREAMS_INBOUND:
                if (level == Level.CONNECTION) return limits.streamsInboundPerConnectionMax();
                return level == Level.NODE ? limits.streamsInboundMax() : limits.streamsInboundPerPeerMax();
            case STREAMS_OUTBOUND:
                return limits.streamsOutboundMax();
            default:
                return level == Level.CONNECTION ? limits.bytesUnreadPerConnectionMax() : limits.bytesMax();
        }
    }

    @Override
    public boolean reserve(Resource resource, long amount) {
        if (amount < 0) throw new IllegalArgumentException("negative amount " + amount);
        int i = resource.ordinal();
        long max = max(resource);
        long now;
        do {
            now = used.get(i);
            if (amount > max - now) return false;
        } while (!used.compareAndSet(i, now, now + amount));
        if (above == null || above.reserve(resource, amount)) return true;
        used.addAndGet(i, -amount);
        return false;
    }

    @Override
    public void release(Resource resource, long amount) {
        int i = resource.ordinal();
        if (amount < 0 || used.addAndGet(i, -amount) < 0) throw new IllegalStateException("released more than was reserved: " + resource);
        if (above == null) return;
        above.release(resource, amount);
        if (peer != null && above.peers != null) above.peers.computeIfPresent(peer, (id, scope) -> scope.isEmpty() ? null : scope);
    }

    private boolean isEmpty() {
        for (int i = 0; i < used.length(); i++) if (used.get(i) != 0) return false;
        return true;
    }

    @Override
    public long used(Resource resource) {
        return used.get(resource.ordinal());
    }

    /** {@inheritDoc} One that is dropped while someone is about to count in it is one that the next asker does not see: a bound off by that one. */
    @Override
    public Scope peer(PeerId id) {
        if (peers == null) throw new IllegalStateException("peers have scopes in the node's only");
        return peers.computeIfAbsent(id, p -> new AtomicScope(limits, Level.PEER, this, p));
    }

    @Override
    public Scope connection() {
        return new AtomicScope(limits, Level.CONNECTION, this, null);
    }
}
