/** What a connection and a stream are, and what makes them. */
package libp2p.core.net;
