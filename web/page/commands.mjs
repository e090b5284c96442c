// The commands; each gets its arguments and an abort signal and returns the fields of its answer.
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { echo, reset } from './echo.mjs'

export function commands (node) {
  const connectionTo = peer => {
    const connection = node.getConnections(peerIdFromString(peer)).find(({ status }) => status === 'open')
    if (connection == null) {
      throw new Error(`not connected to ${peer}`)
    }
    return connection
  }

  return {
    async dial ({ address }, signal) {
      const connection = await node.dial(multiaddr(address), { signal })
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

    async echo ({ peer, ...options }, signal) {
      return echo(connectionTo(peer), options, signal)
    },

    async reset ({ peer }, signal) {
      return reset(connectionTo(peer), signal)
    },

    async close ({ peer }, signal) {
      await node.hangUp(peerIdFromString(peer), { signal })
      return {}
    }
  }
}
