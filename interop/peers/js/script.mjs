// Runs a script of libp2p/test-plans' gossipsub-interop, as one node of it or several: script.mjs --params FILE [--nodes N,...] [--port PORT]
// [--start MILLIS] [--quiet].
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const MESSAGE_MAX = 10 << 20
const CONNECT_PATIENCE = 60_000
const CONNECT_PAUSE = 200

const { values: options } = parseArgs({
  options: {
    params: { type: 'string' },
    nodes: { type: 'string' },
    port: { type: 'string' },
    start: { type: 'string' },
    quiet: { type: 'boolean' }
  }
})
const start = Number(options.start ?? Date.now())
const here = options.port != null

function say (node, msg, fields) {
  process.stdout.write(JSON.stringify({ time: new Date().toISOString(), msg, ...fields, node_id: node }) + '\n')
}

function seeded (number) {
  const seed = Buffer.alloc(32)
  seed.writeUInt32LE(number)
  return generateKeyPairFromSeed('Ed25519', seed)
}

const place = number => here ? `/ip4/127.0.0.1/tcp/${Number(options.port) + number}` : `/dns4/node${number}/tcp/9000`

class ScriptNode {
  constructor (number) {
    this.number = number
    this.delays = new Map()
    this.seen = new Set()
  }

  async step (i) {
    switch (i.type) {
      case 'ifNodeIDEquals':
        if (i.nodeID === this.number) await this.step(i.instruction)
        break
      case 'initGossipSub':
        await this.begin(i.gossipSubParams ?? {})
        break
      case 'connect':
        for (const to of i.connectTo) await this.connect(to)
        break
      case 'waitUntil':
        await sleep(Math.max(0, start + i.elapsedSeconds * 1000 - Date.now()))
        break
      case 'setTopicValidationDelay':
        this.delays.set(i.topicID, i.delaySeconds * 1000)
        break
      case 'subscribeToTopic': {
        const delay = this.delays.get(i.topicID)
        if (delay > 0) {
          this.pubsub.topicValidators.set(i.topicID, async () => {
            await sleep(delay)
            return 'accept'
          })
        }
        this.pubsub.subscribe(i.topicID)
        break
      }
      case 'publish': {
        const data = Buffer.alloc(Math.max(8, i.messageSizeBytes))
        data.writeBigUInt64BE(BigInt(i.messageID))
        if (!options.quiet) say(this.number, 'Publishing', { id: String(i.messageID) })
        await this.pubsub.publish(i.topicID, data)
        break
      }
      default:
        throw new Error(`instruction ${i.type} is not known`)
    }
  }

  async begin (p) {
    const given = { D: p.D, Dlo: p.Dlo, Dhi: p.Dhi, Dscore: p.Dscore, Dout: p.Dout, Dlazy: p.Dlazy }
    for (const name of Object.keys(given)) if (given[name] == null) delete given[name]
    if (p.HeartbeatInterval != null) given.heartbeatInterval = p.HeartbeatInterval / 1e6
    this.node = await createLibp2p({
      privateKey: await seeded(this.number),
      addresses: { listen: [here ? place(this.number) : '/ip4/0.0.0.0/tcp/9000'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionManager: { inboundConnectionThreshold: 1e6, maxIncomingPendingConnections: 1000 },
      connectionGater: { denyDialMultiaddr: () => false },
      connectionMonitor: { enabled: false },
      services: {
        identify: identify(),
        gossip: gossipsub({
          ...given,
          allowPublishToZeroTopicPeers: true,
          emitSelf: false,
          globalSignaturePolicy: StrictNoSign,
          // by default js scores who shares an address, which all nodes here do, so low that no more than 10 of them are in a mesh
          scoreParams: { IPColocationFactorWeight: 0 },
          msgIdFn: m => this.named(m),
          maxInboundDataLength: MESSAGE_MAX
        })
      }
    })
    this.pubsub = this.node.services.gossip
    this.pubsub.addEventListener('gossipsub:message', ({ detail: { msg, propagationSource } }) => {
      if (options.quiet || msg.data.length < 8) return
      const id = Buffer.from(msg.data.subarray(0, 8)).readBigUInt64BE().toString()
      say(this.number, 'Received Message', { id, from: propagationSource.toString(), topic: msg.topic })
    })
    say(this.number, 'PeerID', { id: this.node.peerId.toString() })
  }

  // The library tells nothing of copies, but asks for the id of each message that comes.
  named (m) {
    const name = m.data.subarray(0, 8)
    if (m.data.length >= 8 && !options.quiet) {
      const id = Buffer.from(name).readBigUInt64BE().toString()
      if (this.seen.has(id)) say(this.number, 'Received Message', { id, topic: m.topic })
      this.seen.add(id)
    }
    return name
  }

  async connect (to) {
    const id = peerIdFromPrivateKey(await seeded(to))
    for (const until = Date.now() + CONNECT_PATIENCE; ;) {
      try {
        await this.node.dial(multiaddr(`${place(to)}/p2p/${id}`))
        return
      } catch (e) { // it may not be there yet
        if (Date.now() > until) throw e
        await sleep(CONNECT_PAUSE)
      }
    }
  }
}

const numbers = (options.nodes ?? hostname().replace(/^node/, '')).split(',').map(Number)
const { script } = JSON.parse(readFileSync(options.params, 'utf8'))
let status = 0
await Promise.all(numbers.map(async number => {
  const node = new ScriptNode(number)
  try {
    for (const i of script) await node.step(i)
  } catch (e) {
    console.error(`node ${number}: ${e.stack}`)
    status = 1
  }
}))
process.exit(status)
