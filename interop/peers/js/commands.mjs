// The commands a test sends; each gets its arguments and an abort signal and returns the fields of its answer.
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { bench } from './bench.mjs'
import { echo } from './echo.mjs'
import { gossip } from './gossip.mjs'
import { perf } from './perf.mjs'
import { receive, withStream } from './streams.mjs'

const OPEN_BYTES_MAX = 65536

export function commands (node, identities) {
  const connectionTo = peer => {
    const connection = node.getConnections(peerIdFromString(peer)).find(({ status }) => status === 'open')
    if (connection == null) {
      throw new Error(`not connected to ${peer}`)
    }
    return connection
  }

  return {
    async dial ({ address, force }, signal) {
      const connection = await node.dial(multiaddr(address), { signal, force: force === true })
      return {
        peerId: connection.remotePeer.toString(),
        address: connection.remoteAddr.toString(),
        security: connection.encryption,
        muxer: connection.multiplexer
      }
    },

    async ping ({ peer }, signal) {
      return { millis: await node.services.ping.ping(connectionTo(peer).remotePeer, { signal }) }
    },

    async identify ({ peer, fresh }, signal) {
      const connection = connectionTo(peer)
      if (fresh === true) {
        await node.services.identify.identify(connection, { signal })
      }
      return identities.of(connection.remotePeer, signal)
    },

    async echo ({ peer, ...options }, signal) {
      return echo(connectionTo(peer), options, signal)
    },

    async perf ({ peer, ...options }, signal) {
      return perf(connectionTo(peer), options, signal)
    },

    ...bench(node, connectionTo),
    ...gossip(node),

    async handle ({ protocol }) {
      await node.handle(protocol, async stream => {
        try {
          await receive(stream, () => {})
          await stream.close()
        } catch (error) {
          stream.abort(error)
        }
      })
      return { protocols: node.getProtocols() }
    },

    async unhandle ({ protocol }) {
      await node.unhandle(protocol)
      return { protocols: node.getProtocols() }
    },

    async awaitProtocol ({ peer, protocol, present = true }, signal) {
      const peerId = peerIdFromString(peer)
      const protocols = await untilPeer(node, peerId, list => list.includes(protocol) === present, signal)
      return { protocols }
    },

    async open ({ peer, protocol, message = '' }, signal) {
      return withStream(connectionTo(peer), protocol, signal, async stream => {
        const parts = []
        let bytes = 0
        const reading = receive(stream, part => {
          bytes += part.byteLength
          if (bytes > OPEN_BYTES_MAX) {
            throw new Error(`more than ${OPEN_BYTES_MAX} bytes came back`)
          }
          parts.push(part)
        }, signal)
        reading.catch(() => {}) // it is awaited below, unless sending fails first
        if (message !== '') {
          stream.send(Buffer.from(message, 'hex'))
        }
        await stream.close({ signal })
        await reading
        return { received: Buffer.concat(parts).toString('hex') }
      })
    },

    async close ({ peer, abort }, signal) {
      if (abort === true) {
        const peerId = peerIdFromString(peer)
        node.getConnections(peerId).forEach(connection => connection.abort(new Error('aborted on command')))
      } else {
        await node.hangUp(peerIdFromString(peer), { signal })
      }
      return {}
    },

    async connections () {
      return {
        connections: node.getConnections().map(connection => ({
          peer: connection.remotePeer.toString(),
          address: connection.remoteAddr.toString(),
          direction: connection.direction,
          security: connection.encryption,
          muxer: connection.multiplexer,
          streams: connection.streams.length
        }))
      }
    }
  }
}

/** Resolves with the peer's protocols as soon as they satisfy `test`. */
async function untilPeer (node, peerId, test, signal) {
  return new Promise((resolve, reject) => {
    const settle = (action, value) => {
      node.removeEventListener('peer:update', onUpdate)
      signal.removeEventListener('abort', onAbort)
      action(value)
    }
    const look = peer => { if (test(peer.protocols)) { settle(resolve, peer.protocols) } }
    const onUpdate = ({ detail }) => { if (detail.peer.id.equals(peerId)) { look(detail.peer) } }
    const onAbort = () => settle(reject, signal.reason)
    node.addEventListener('peer:update', onUpdate)
    signal.addEventListener('abort', onAbort)
    node.peerStore.get(peerId, { signal }).then(look, () => {}) // not known yet
  })
}
