/** The node: what a protocol may know of it, and its assembly. */
package libp2p.core.node;
