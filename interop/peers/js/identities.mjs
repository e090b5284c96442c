// What this node learned of its peers through identify and identify push.
import { publicKeyFromProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'

/** Opens the envelope again, apart from js-libp2p's own check, which does not look at the payload type. */
async function readRecord (bytes, peer) {
  try {
    const envelope = await RecordEnvelope.openAndCertify(bytes, PeerRecord.DOMAIN)
    if (!Buffer.from(envelope.payloadType).equals(Buffer.from(PeerRecord.CODEC))) {
      throw new Error(`payload type is ${Buffer.from(envelope.payloadType).toString('hex')}`)
    }
    const record = PeerRecord.createFromProtobuf(envelope.payload)
    if (!record.peerId.equals(peer) || !peerIdFromPublicKey(envelope.publicKey).equals(peer)) {
      throw new Error('the record is not about its signer and sender')
    }
    return {
      verified: true,
      peerId: record.peerId.toString(),
      seq: record.seqNumber.toString(), // a 64-bit number: text, since JSON readers may round it
      addresses: record.multiaddrs.map(String)
    }
  } catch (error) {
    return { verified: false, error: error.message }
  }
}

export class Identities {
  #node
  #known = new Map()
  #waiting = new Set()

  constructor (node, emit) {
    this.#node = node
    node.addEventListener('peer:identify', ({ detail }) => {
      const peer = detail.peerId.toString()
      const identity = this.#merge(peer, detail)
      emit({ event: 'identified', peer, ...identity })
      for (const wake of [...this.#waiting]) {
        wake(peer)
      }
    })
    node.addEventListener('peer:disconnect', ({ detail }) => this.#known.delete(detail.toString()))
  }

  /** Waits for the first identify message of this connection if there was none yet. */
  async of (peerId, signal) {
    const peer = peerId.toString()
    if (!this.#known.has(peer)) {
      await new Promise((resolve, reject) => {
        const settle = (action, value) => {
          this.#waiting.delete(wake)
          signal.removeEventListener('abort', onAbort)
          action(value)
        }
        const wake = name => { if (name === peer) { settle(resolve) } }
        const onAbort = () => settle(reject, signal.reason)
        this.#waiting.add(wake)
        signal.addEventListener('abort', onAbort)
      })
    }
    const stored = await this.#node.peerStore.get(peerId, { signal })
    const envelope = stored.peerRecordEnvelope
    return {
      ...this.#known.get(peer),
      signedPeerRecord: envelope == null ? null : await readRecord(envelope, peerId)
    }
  }

  /** A push carries only some of the fields: what it leaves out stays as it was. */
  #merge (peer, message) {
    const identity = this.#known.get(peer) ?? { messages: 0 }
    identity.messages++
    identity.protocolVersion = message.protocolVersion ?? identity.protocolVersion
    identity.agentVersion = message.agentVersion ?? identity.agentVersion
    identity.observedAddr = message.observedAddr?.toString() ?? identity.observedAddr
    if (message.publicKey != null) {
      identity.publicKey = publicKeyFromProtobuf(message.publicKey).type.toLowerCase()
    }
    if (message.listenAddrs.length > 0) {
      identity.listenAddrs = message.listenAddrs.map(String)
    }
    if (message.protocols.length > 0) {
      identity.protocols = message.protocols
    }
    this.#known.set(peer, identity)
    return identity
  }
}
