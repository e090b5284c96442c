/** Identify and identify push: what peers tell of themselves (specs/identify/README.md). */
package libp2p.identify;
