/** SCTP as WebRTC's data channels use it (RFC 9260, RFC 8831; of RFC 6525 the reset of streams), as a machine: packets in, packets out. */
package libp2p.core.wire.sctp;
