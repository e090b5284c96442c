package libp2p.core.net;

/** Which side an end takes in protocol selection, security and muxer, whoever connected. */
public enum Role {
    /** Speaks first; opens odd-numbered Yamux streams. */
    INITIATOR,
    /** Answers. A dialer takes this role for hole punching and simultaneous open. */
    RESPONDER
}
