/** The Yamux muxer (hashicorp yamux specification, specs/yamux/README.md). */
package libp2p.core.wire.yamux;
