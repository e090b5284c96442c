/** The Noise security protocol (specs/noise/README.md). */
package libp2p.core.wire.noise;
