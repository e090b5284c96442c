/** The mplex muxer (specs/mplex/README.md), for peers that know no other. */
package libp2p.core.wire.mplex;
