// The commands of gossipsub.
import { peerIdFromString } from '@libp2p/peer-id'
import { setTimeout as sleep } from 'node:timers/promises'

const MESH_POLL = 20

export function gossip (node) {
  const pubsub = node.services.gossip

  return {
    async subscribe ({ topic }) {
      pubsub.subscribe(topic)
      return {}
    },

    async unsubscribe ({ topic }) {
      pubsub.unsubscribe(topic)
      return {}
    },

    async publish ({ topic, data }) {
      const { recipients } = await pubsub.publish(topic, Buffer.from(data, 'hex'))
      return { peers: recipients.map(peer => peer.toString()) }
    },

    async awaitMesh ({ topic, peer }, signal) {
      const id = peerIdFromString(peer).toString()
      while (!pubsub.getMeshPeers(topic).includes(id)) {
        signal.throwIfAborted()
        await sleep(MESH_POLL)
      }
      return {}
    }
  }
}

/** Tells of each message that is delivered. */
export function tellMessages (node, emit) {
  node.services.gossip.addEventListener('gossipsub:message', ({ detail: { msg, msgId } }) => {
    emit({
      event: 'message',
      topic: msg.topic,
      from: msg.from?.toString(),
      data: Buffer.from(msg.data).toString('hex'),
      id: Buffer.from(msgId, 'base64').toString('hex')
    })
  })
}
