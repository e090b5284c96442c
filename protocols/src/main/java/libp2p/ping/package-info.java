/** Ping: whether a peer is there and how long it takes (specs/ping/ping.md). */
package libp2p.ping;
