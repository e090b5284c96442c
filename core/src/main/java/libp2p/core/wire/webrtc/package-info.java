/** libp2p's streams over WebRTC's data channels (specs/webrtc/README.md, RFC 8832), as a machine above that of SCTP. */
package libp2p.core.wire.webrtc;
