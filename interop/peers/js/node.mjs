// The js-libp2p node: one muxer, one security protocol, one key.
import { generateKeyPair } from '@libp2p/crypto/keys'
import { gossipsub } from '@libp2p/gossipsub'
import { identify, identifyPush } from '@libp2p/identify'
import { mplex } from '@libp2p/mplex'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { plaintext } from '@libp2p/plaintext'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { selfSigned } from './certificate.mjs'
import { STREAMS_MAX } from './streams.mjs'

export const KEYS = {
  ed25519: () => generateKeyPair('Ed25519'),
  secp256k1: () => generateKeyPair('secp256k1'),
  rsa: () => generateKeyPair('RSA', 2048)
}

// Its native part is not there for all machines.
const quic = await import('@chainsafe/libp2p-quic').then(module => module.quic, error => {
  process.stderr.write(`node.mjs: no QUIC here: ${error.message}\n`)
})

// With where each listens by default.
export const TRANSPORTS = {
  tcp: { create: limits => tcp(limits), listen: '/ip4/127.0.0.1/tcp/0' },
  ws: { create: () => webSockets(), listen: '/ip4/127.0.0.1/tcp/0/ws' },
  'webrtc-direct': { create: () => webRTCDirect(), listen: '/ip4/127.0.0.1/udp/0/webrtc-direct' },
  wss: { create: secureWebSockets, listen: '/ip4/127.0.0.1/tcp/0/tls/ws' },
  ...(quic == null ? {} : { 'quic-v1': { create: () => quic({ ipv6: false }), listen: '/ip4/127.0.0.1/udp/0/quic-v1' } })
}

/** They look at nobody's certificate, and have one that nobody vouches for. */
async function secureWebSockets () {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  return webSockets({ https: await selfSigned() })
}

export const SECURITY = { noise, tls, plaintext }

export const MUXERS = {
  yamux: stock => yamux(stock ? {} : {
    maxInboundStreams: STREAMS_MAX,
    maxOutboundStreams: STREAMS_MAX,
    // a paused stream is reset at 4 MiB of unread data, though its window may have been opened to 16 MiB
    streamOptions: { maxReadBufferLength: 32 * 1024 * 1024 }
  }),
  mplex: stock => mplex(stock ? {} : {
    // the connection is cut at more than 5 new streams a second, and at more than 5 messages a second for streams that are gone
    disconnectThreshold: 1e6,
    streamOptions: { maxReadBufferLength: 32 * 1024 * 1024 }
  })
}

const HOUR = 3600_000
const PATIENCE = 30_000

// js-libp2p's limits protect a public node; a judge must not cut what a test does on purpose. `--stock-limits` keeps them.
const RAISED = {
  transport: {
    // the socket is reset after 2 idle minutes, which mplex (it has no keep-alive) would run into
    inboundSocketInactivityTimeout: HOUR,
    outboundSocketInactivityTimeout: HOUR
  },
  connectionManager: {
    inboundConnectionThreshold: 1e6, // 5 new connections a second from one host
    maxIncomingPendingConnections: 1000, // 10 handshakes at a time
    maxConnections: 5000, // 300
    // 10 s for each of these is short when a cold peer shares two cores with a test run
    inboundUpgradeTimeout: PATIENCE,
    inboundStreamProtocolNegotiationTimeout: PATIENCE,
    outboundStreamProtocolNegotiationTimeout: PATIENCE,
    dialTimeout: PATIENCE,
    addressDialTimeout: PATIENCE
  },
  // 5 s to answer; one stream at a time in each direction stays as it is: a peer has no reason for more
  identify: { timeout: PATIENCE },
  // 2 inbound streams, 1 outbound, and 10 s after which even a busy ping stream is reset
  ping: { maxInboundStreams: STREAMS_MAX, maxOutboundStreams: STREAMS_MAX, timeout: HOUR }
}

export async function createNode ({ transport, muxer, key, security, listen, stock }) {
  const limits = stock ? { transport: {}, connectionManager: {}, identify: {}, ping: {} } : RAISED
  return createLibp2p({
    privateKey: await KEYS[key](),
    addresses: { listen },
    transports: [await TRANSPORTS[transport].create(limits.transport)],
    connectionEncrypters: [SECURITY[security]()],
    streamMuxers: [MUXERS[muxer](stock)],
    connectionManager: limits.connectionManager,
    // every address may be dialled, private ones too
    connectionGater: { denyDialMultiaddr: () => false },
    // it pings each connection every 10 s and cuts those that do not answer in time
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(limits.identify),
      identifyPush: identifyPush(limits.identify),
      ping: ping(limits.ping),
      gossip: gossipsub({ allowPublishToZeroTopicPeers: true, emitSelf: false })
    }
  })
}
