/** What the muxers have in common; not for use outside the engine. */
package libp2p.core.wire.mux;
