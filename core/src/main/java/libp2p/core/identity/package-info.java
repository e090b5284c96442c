/** Who a peer is: keys, peer ids, signed envelopes and peer records. */
package libp2p.core.identity;
