/** TLS 1.3, WebSocket and QUIC: adding this module to the class path and listening on such an address is all there is to configure. */
package libp2p.netty;
