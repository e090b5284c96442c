/** A whole libp2p connection over a byte pipe, as one machine. */
package libp2p.core.wire;
