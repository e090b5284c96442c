// The node: all transports that browsers have, and no address of which it would say that it must not be dialled.
import { identify, identifyPush } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { webTransport } from '@libp2p/webtransport'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { ECHO, echoHandler } from './echo.mjs'

const PATIENCE = 30_000

/** `say` is told of peers that come and go, of what they say of themselves, and of echo streams that have ended. */
export async function createNode (say) {
  const node = await createLibp2p({
    transports: [webSockets(), webTransport(), webRTCDirect({ rtcConfiguration: { iceServers: [] } })],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    // it pings each connection every 10 s and cuts those that do not answer in time
    connectionMonitor: { enabled: false },
    connectionManager: { dialTimeout: PATIENCE, addressDialTimeout: PATIENCE, reconnectRetries: 0 },
    services: { identify: identify({ timeout: PATIENCE }), identifyPush: identifyPush({ timeout: PATIENCE }), ping: ping({ timeout: PATIENCE }) }
  })
  node.addEventListener('peer:connect', ({ detail }) => say({ event: 'connected', peer: detail.toString() }))
  node.addEventListener('peer:disconnect', ({ detail }) => say({ event: 'disconnected', peer: detail.toString() }))
  node.addEventListener('peer:identify', ({ detail }) => say({
    event: 'identified',
    peer: detail.peerId.toString(),
    agentVersion: detail.agentVersion,
    observedAddr: detail.observedAddr?.toString(),
    listenAddrs: detail.listenAddrs.map(String),
    protocols: detail.protocols,
    // js-libp2p hands it on only if its signature is good
    signedPeerRecord: detail.signedPeerRecord?.addresses.map(String)
  }))
  await node.handle(ECHO, echoHandler(say))
  return node
}
