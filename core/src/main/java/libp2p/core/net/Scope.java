package libp2p.core.net;

import libp2p.core.identity.PeerId;

/**
 * A budget of connections, streams and bytes within a larger one.
 *
 * <p>What is reserved here counts in every scope above; a reservation that any of them refuses is not made at all. Node and peer scopes are
 * shared by loops: core's own implementation is for one loop, the JVM's is atomic.
 */
public interface Scope {
    /** What is counted. */
    enum Resource {
        /** Inbound connections whose peer is not yet known. */
        HANDSHAKES_INBOUND,
        /** Connections by others from one address, their handshakes included; counted in {@link #address} scopes. */
        ARRIVALS,
        /** Connections by others. */
        CONNECTIONS_INBOUND,
        /** Connections by us; attempts are the swarm's to count. */
        CONNECTIONS_OUTBOUND,
        /** Streams that peers opened. */
        STREAMS_INBOUND,
        /** Streams that we opened. */
        STREAMS_OUTBOUND,
        /** Bytes held for peers: unread, or promised as window beyond the first. */
        BYTES
    }

    /** Counts {@code amount} more, if that stays within this and every scope above; says whether it did. */
    boolean reserve(Resource resource, long amount);

    /** Gives back what was reserved. */
    void release(Resource resource, long amount);

    /** How much is reserved now, here and below. */
    long used(Resource resource);

    /** The scope that all connections of one peer share; it is gone once it holds nothing. */
    Scope peer(PeerId peer);

    /** The scope that all who arrive from one address share; it is gone once it holds nothing. */
    Scope address(String group);

    /** A scope of one connection within this one, for its loop alone. */
    Scope connection();
}
