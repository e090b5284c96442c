package libp2p.jvm;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import libp2p.core.identity.PeerId;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.multiformats.Nullable;

/**
 * The budget of a node whose loops count in it at once; those of peers are within it, those of connections belong to one loop each.
 *
 * <p>What the scope of a peer or an address holds lives in the map while it is not nothing, and changes there under the lock of its entry:
 * two handles of one are one scope, also while another thread empties it.
 */
final class AtomicScope implements Scope {
    private static final int RESOURCES = Resource.values().length;

    private final Limits limits;
    private final AtomicLongArray used = new AtomicLongArray(RESOURCES);
    private final ConcurrentHashMap<Object, long[]> shared = new ConcurrentHashMap<>();

    AtomicScope(Limits limits) {
        this.limits = limits;
    }

    @Override
    public boolean reserve(Resource resource, long amount) {
        checkAmount(amount);
        int i = resource.ordinal();
        long max = nodeMax(resource);
        long now;
        do {
            now = used.get(i);
            if (amount > max - now) return false;
        } while (!used.compareAndSet(i, now, now + amount));
        return true;
    }

    @Override
    public void release(Resource resource, long amount) {
        checkAmount(amount);
        if (used.addAndGet(resource.ordinal(), -amount) < 0) throw overdrawn(resource);
    }

    @Override
    public long used(Resource resource) {
        return used.get(resource.ordinal());
    }

    @Override
    public Scope peer(PeerId peer) {
        return new Shared(peer);
    }

    @Override
    public Scope address(String group) {
        return new Shared(group);
    }

    @Override
    public Scope connection() {
        return new OfConnection(this);
    }

    /** How many peers and addresses hold something. */
    int peers() {
        return shared.size();
    }

    private static void checkAmount(long amount) {
        if (amount < 0) throw new IllegalArgumentException("negative amount " + amount);
    }

    private static IllegalStateException overdrawn(Resource resource) {
        return new IllegalStateException("released more than was reserved: " + resource);
    }

    private long nodeMax(Resource r) {
        switch (r) {
            case ARRIVALS:
                return Long.MAX_VALUE; // bounded for each address
            case HANDSHAKES_INBOUND:
                return limits.handshakesInboundMax();
            case CONNECTIONS_INBOUND:
                return limits.connectionsInboundMax();
            case CONNECTIONS_OUTBOUND:
                return limits.connectionsOutboundMax();
            case STREAMS_INBOUND:
                return limits.streamsInboundMax();
            case STREAMS_OUTBOUND:
                return limits.streamsOutboundMax();
            default:
                return limits.bytesMax();
        }
    }

    /** All connections of one peer, or from one address. */
    private final class Shared implements Scope {
        private final Object key;

        Shared(Object key) {
            this.key = key;
        }

        private long max(Resource r) {
            switch (r) {
                case CONNECTIONS_INBOUND:
                case CONNECTIONS_OUTBOUND:
                    return limits.connectionsPerPeerMax();
                case STREAMS_INBOUND:
                    return limits.streamsInboundPerPeerMax();
                case ARRIVALS:
                    return limits.connectionsPerAddressMax();
                default:
                    return nodeMax(r);
            }
        }

        @Override
        public boolean reserve(Resource resource, long amount) {
            if (!AtomicScope.this.reserve(resource, amount)) return false;
            int i = resource.ordinal();
            boolean[] fits = new boolean[1];
            shared.compute(key, (k, there) -> {
                long[] counts = there == null ? new long[RESOURCES] : there;
                fits[0] = amount <= max(resource) - counts[i];
                if (fits[0]) counts[i] += amount;
                return orNull(counts);
            });
            if (!fits[0]) AtomicScope.this.release(resource, amount);
            return fits[0];
        }

        @Override
        public void release(Resource resource, long amount) {
            checkAmount(amount);
            int i = resource.ordinal();
            shared.compute(key, (k, counts) -> {
                if (amount == 0) return counts;
                if (counts == null || counts[i] < amount) throw overdrawn(resource);
                counts[i] -= amount;
                return orNull(counts);
            });
            AtomicScope.this.release(resource, amount);
        }

        private long @Nullable [] orNull(long[] counts) {
            for (long n : counts) if (n != 0) return counts;
            return null;
        }

        @Override
        public long used(Resource resource) {
            long[] found = new long[1];
            shared.computeIfPresent(key, (k, counts) -> {
                found[0] = counts[resource.ordinal()];
                return counts;
            });
            return found[0];
        }

        @Override
        public Scope peer(PeerId peer) {
            throw new IllegalStateException("peers have scopes in the node's only");
        }

        @Override
        public Scope address(String group) {
            throw new IllegalStateException("addresses have scopes in the node's only");
        }

        @Override
        public Scope connection() {
            return new OfConnection(this);
        }
    }

    /** One connection; on its loop only. */
    private final class OfConnection implements Scope {
        private final Scope above;
        private final long[] held = new long[RESOURCES];

        OfConnection(Scope above) {
            this.above = above;
        }

        private long max(Resource r) {
            switch (r) {
                case STREAMS_INBOUND:
                    return limits.streamsInboundPerConnectionMax();
                case BYTES:
                    return limits.bytesUnreadPerConnectionMax();
                default:
                    return Long.MAX_VALUE; // bounded above
            }
        }

        @Override
        public boolean reserve(Resource resource, long amount) {
            checkAmount(amount);
            int i = resource.ordinal();
            if (amount > max(resource) - held[i] || !above.reserve(resource, amount)) return false;
            held[i] += amount;
            return true;
        }

        @Override
        public void release(Resource resource, long amount) {
            checkAmount(amount);
            int i = resource.ordinal();
            if (held[i] < amount) throw overdrawn(resource);
            held[i] -= amount;
            above.release(resource, amount);
        }

        @Override
        public long used(Resource resource) {
            return held[resource.ordinal()];
        }

        @Override
        public Scope peer(PeerId peer) {
            throw new IllegalStateException("peers have scopes in the node's only");
        }

        @Override
        public Scope address(String group) {
            throw new IllegalStateException("addresses have scopes in the node's only");
        }

        @Override
        public Scope connection() {
            throw new IllegalStateException("a connection has no connections");
        }
    }
}
