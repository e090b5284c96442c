package libp2p.sim;

/** What a link carries, which decides what its faults do to it. */
public enum Traffic {
    /** Bytes of a connection: what is lost is sent again and arrives late, in order, until the connection is given up. */
    STREAM,
    /** A datagram: what is lost is lost, and one may overtake another. */
    DATAGRAM
}
