package libp2p.core.node;

import libp2p.core.identity.PeerId;
import libp2p.core.net.Limits;
import libp2p.core.net.Scope;
import libp2p.multiformats.Nullable;

/**
 * A {@link Scope} for one loop: plain counters of a node, of each of its peers and of each address, and of each connection, with the bounds
 * of {@link Limits}.
 *
 * <p>A peer's, an address's or a connection's counters exist only while they are not all zero, however long someone keeps its scope. Not
 * thread-safe.
 */
public final class TallyScope implements Scope {
    private enum Level { NODE, PEER, ADDRESS, CONNECTION }

    private final OfNode node;
    private final Level level;
    private final @Nullable Object key; // of the peer or address that counts with it
    private @Nullable Tally group; // the counters of that, when last looked up
    private @Nullable Tally own; // a connection's, while it holds something

    /** The scope of a node. */
    public TallyScope(Limits limits) {
        this(new OfNode(limits), Level.NODE, null);
    }

    private TallyScope(OfNode node, Level level, @Nullable Object key) {
        this.node = node;
        this.level = level;
        this.key = key;
    }

    @Override
    public Scope peer(PeerId id) {
        return new TallyScope(node, Level.PEER, id);
    }

    @Override
    public Scope address(String group) {
        return new TallyScope(node, Level.ADDRESS, group);
    }

    @Override
    public Scope connection() {
        return new TallyScope(node, Level.CONNECTION, key);
    }

    @Override
    public boolean reserve(Resource resource, long amount) {
        if (amount < 0) throw new IllegalArgumentException("negative amount " + amount);
        Tally g = group();
        boolean fits = fits(Level.NODE, node, resource, amount)
                && (key == null || fits(level == Level.ADDRESS ? Level.ADDRESS : Level.PEER, g, resource, amount))
                && (level != Level.CONNECTION || fits(Level.CONNECTION, own, resource, amount));
        if (fits && amount > 0) count(resource, amount);
        return fits;
    }

    private boolean fits(Level at, @Nullable Tally counted, Resource resource, long amount) {
        return amount <= most(at, resource) - (counted == null ? 0 : counted.get(resource));
    }

    private void count(Resource resource, long amount) {
        node.add(resource, amount);
        if (key != null) {
            Tally g = group();
            if (g == null) {
                g = Tally.of(level, key);
                node.groups.add(g);
                group = g;
            }
            g.add(resource, amount);
        }
        if (level == Level.CONNECTION) {
            Tally c = own;
            if (c == null) {
                c = new OfPeer(level);
                own = c;
            }
            c.add(resource, amount);
        }
    }

    @Override
    public void release(Resource resource, long amount) {
        if (amount < 0 || amount > used(resource)) {
            throw new IllegalStateException("gives back " + amount + " " + resource + " of " + used(resource));
        }
        node.add(resource, -amount);
        Tally g = group();
        if (key != null && g != null) {
            g.add(resource, -amount);
            if (g.isNothing()) {
                node.groups.remove(g);
                group = null;
            }
        }
        Tally c = own;
        if (c != null) {
            c.add(resource, -amount);
            if (c.isNothing()) own = null;
        }
    }

    @Override
    public long used(Resource resource) {
        Tally t = switch (level) {
            case NODE -> node;
            case PEER, ADDRESS -> group();
            case CONNECTION -> own;
        };
        return t == null ? 0 : t.get(resource);
    }

    /** How many peers and addresses hold something. */
    public int peers() {
        return node.groups.size();
    }

    private @Nullable Tally group() {
        Tally g = group;
        if (key == null || g != null && !g.isNothing()) return g; // one that holds nothing is in the table no more
        g = node.groups.find(key);
        group = g;
        return g;
    }

    private long most(Level at, Resource resource) {
        Limits l = node.limits;
        return switch (at) {
            case NODE -> switch (resource) {
                case HANDSHAKES_INBOUND -> l.handshakesInboundMax();
                case CONNECTIONS_INBOUND -> l.connectionsInboundMax();
                case CONNECTIONS_OUTBOUND -> l.connectionsOutboundMax();
                case STREAMS_INBOUND -> l.streamsInboundMax();
                case STREAMS_OUTBOUND -> l.streamsOutboundMax();
                case BYTES -> l.bytesMax();
                default -> Long.MAX_VALUE;
            };
            case PEER -> switch (resource) {
                case CONNECTIONS_INBOUND, CONNECTIONS_OUTBOUND -> l.connectionsPerPeerMax();
                case STREAMS_INBOUND -> l.streamsInboundPerPeerMax();
                default -> Long.MAX_VALUE;
            };
            case ADDRESS -> resource == Resource.ARRIVALS ? l.connectionsPerAddressMax() : Long.MAX_VALUE;
            case CONNECTION -> switch (resource) {
                case STREAMS_INBOUND -> l.streamsInboundPerConnectionMax();
                case STREAMS_OUTBOUND -> l.streamsOutboundPerConnectionMax();
                case BYTES -> l.bytesUnreadPerConnectionMax();
                default -> Long.MAX_VALUE;
            };
        };
    }

    /**
     * How much of each resource is reserved; only of those that its level counts. All but the bytes are bounded by numbers that are ints.
     */
    private abstract static class Tally extends KeyTable.Entry {
        Tally(Object key) {
            super(key);
        }

        static Tally of(Level level, Object key) {
            return switch (level) {
                case NODE -> throw new IllegalArgumentException("a node's is made with its scope");
                case ADDRESS -> new OfAddress(key);
                case PEER, CONNECTION -> new OfPeer(key);
            };
        }

        abstract long get(Resource resource);

        abstract void add(Resource resource, long amount);

        abstract boolean isNothing();
    }

    private static class OfPeer extends Tally {
        private int connectionsInbound;
        private int connectionsOutbound;
        private int streamsInbound;
        private int streamsOutbound;
        private long bytes;

        OfPeer(Object key) {
            super(key);
        }

        @Override
        long get(Resource resource) {
            return switch (resource) {
                case CONNECTIONS_INBOUND -> connectionsInbound;
                case CONNECTIONS_OUTBOUND -> connectionsOutbound;
                case STREAMS_INBOUND -> streamsInbound;
                case STREAMS_OUTBOUND -> streamsOutbound;
                case BYTES -> bytes;
                default -> throw new IllegalArgumentException(resource + " is not counted by peer");
            };
        }

        @Override
        void add(Resource resource, long amount) {
            switch (resource) {
                case CONNECTIONS_INBOUND -> connectionsInbound = Math.toIntExact(connectionsInbound + amount);
                case CONNECTIONS_OUTBOUND -> connectionsOutbound = Math.toIntExact(connectionsOutbound + amount);
                case STREAMS_INBOUND -> streamsInbound = Math.toIntExact(streamsInbound + amount);
                case STREAMS_OUTBOUND -> streamsOutbound = Math.toIntExact(streamsOutbound + amount);
                case BYTES -> bytes += amount;
                default -> throw new IllegalArgumentException(resource + " is not counted by peer");
            }
        }

        @Override
        boolean isNothing() {
            return (connectionsInbound | connectionsOutbound | streamsInbound | streamsOutbound) == 0 && bytes == 0;
        }
    }

    /** The node's own, with what all its scopes share: its bounds, and the counters of the peers and addresses that hold something. */
    private static final class OfNode extends OfPeer {
        private final Limits limits;
        private final KeyTable<Tally> groups = new KeyTable<>();
        private int handshakes;
        private int arrivals;

        OfNode(Limits limits) {
            super(Level.NODE);
            this.limits = limits;
        }

        @Override
        long get(Resource resource) {
            return switch (resource) {
                case HANDSHAKES_INBOUND -> handshakes;
                case ARRIVALS -> arrivals;
                default -> super.get(resource);
            };
        }

        @Override
        void add(Resource resource, long amount) {
            switch (resource) {
                case HANDSHAKES_INBOUND -> handshakes = Math.toIntExact(handshakes + amount);
                case ARRIVALS -> arrivals = Math.toIntExact(arrivals + amount);
                default -> super.add(resource, amount);
            }
        }
    }

    private static final class OfAddress extends Tally {
        private int arrivals;

        OfAddress(Object key) {
            super(key);
        }

        @Override
        long get(Resource resource) {
            if (resource != Resource.ARRIVALS) throw new IllegalArgumentException(resource + " is not counted by address");
            return arrivals;
        }

        @Override
        void add(Resource resource, long amount) {
            if (resource != Resource.ARRIVALS) throw new IllegalArgumentException(resource + " is not counted by address");
            arrivals = Math.toIntExact(arrivals + amount);
        }

        @Override
        boolean isNothing() {
            return arrivals == 0;
        }
    }
}
