// The page of `./libp2p demo`: joins its nodes over each transport that the browser has, pings them, and shows what it sees.
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { webTransport } from '@libp2p/webtransport'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { receive, withStream } from '../../interop/peers/js/streams.mjs'

const PING = '/ipfs/ping/1.0.0'
const PERIOD = 500
const SHOWN = 60
const PATIENCE = 15_000

const pause = millis => new Promise(resolve => setTimeout(resolve, millis))

/** What people should know of a link that does not come about; docs/interop-notes.md has more. */
function hint (transport) {
  return transport === 'WebRTC-direct' && navigator.userAgent.includes('Firefox/')
    ? " (Firefox's WebRTC does not reach 127.0.0.1 unless media.peerconnection.ice.loopback is set and the page may use the camera)"
    : ''
}

/** The page's node; any address may be dialled, those of this machine too. */
function start () {
  return createLibp2p({
    transports: [webSockets(), webTransport(), webRTCDirect({ rtcConfiguration: { iceServers: [] } })],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
    services: { identify: identify() }
  })
}

/** One connection, which is made anew when it is lost. */
class Link {
  pings = 0
  trips = []
  state = 'connecting'
  error = ''

  constructor (node, { transport, to, address }) {
    this.node = node
    this.transport = transport
    this.to = to
    this.address = address
  }

  get last () {
    return this.trips.at(-1)
  }

  get median () {
    return [...this.trips].sort((a, b) => a - b)[Math.floor(this.trips.length / 2)]
  }

  async run (changed) {
    changed()
    while (true) {
      try {
        const connection = await this.node.dial(multiaddr(this.address), { force: true, signal: AbortSignal.timeout(PATIENCE) })
        this.#be('connected', '', changed)
        await this.#ping(connection, changed)
      } catch (error) {
        this.#be('not connected', `${error.name}: ${error.message}${hint(this.transport)}`, changed)
      }
      await pause(2000)
    }
  }

  #be (state, error, changed) {
    this.state = state
    this.error = error
    changed()
  }

  /** On one stream, until it or the connection ends. */
  async #ping (connection, changed) {
    await withStream(connection, PING, undefined, async stream => {
      let missing = 0
      let answered
      const ended = receive(stream, part => {
        missing -= part.byteLength
        if (missing === 0) {
          answered()
        }
      }).then(() => { throw new Error('the node has ended the stream') })
      ended.catch(() => {}) // whoever waits hears of it below
      while (true) {
        const began = performance.now()
        missing = 32
        const answer = new Promise((resolve, reject) => {
          answered = resolve
          setTimeout(() => reject(new Error('no answer in time')), PATIENCE)
        })
        stream.send(crypto.getRandomValues(new Uint8Array(missing)))
        await Promise.race([answer, ended])
        this.pings++
        this.trips = [...this.trips, performance.now() - began].slice(-SHOWN)
        changed()
        await Promise.race([pause(PERIOD), ended])
      }
    })
  }
}

// ---- what is shown

const at = id => document.getElementById(id)
const millis = trip => trip == null ? '' : `${trip.toFixed(1)} ms`
const short = peer => `…${peer.slice(-8)}`

function cell (row, text, kind = '') {
  const td = row.insertCell()
  td.className = kind
  td.textContent = text
  return td
}

class Row {
  constructor (link) {
    this.link = link
    const row = at('links').insertRow()
    cell(row, link.transport)
    cell(row, `node ${link.to}`)
    this.state = cell(row, '')
    this.pings = cell(row, '', 'number')
    this.last = cell(row, '', 'number')
    this.median = cell(row, '', 'number')
    this.canvas = document.createElement('canvas')
    cell(row, '').append(this.canvas)
  }

  show () {
    const { state, error, pings, last, median } = this.link
    this.state.textContent = error === '' ? state : `${state}: ${error}`
    this.state.className = state === 'connected' ? 'good' : error === '' ? 'dim' : 'bad'
    this.pings.textContent = pings
    this.last.textContent = millis(last)
    this.median.textContent = millis(median)
    this.#draw()
  }

  #draw () {
    const { canvas, link: { trips } } = this
    const ratio = window.devicePixelRatio
    canvas.width = canvas.clientWidth * ratio
    canvas.height = canvas.clientHeight * ratio
    const ink = canvas.getContext('2d')
    ink.fillStyle = getComputedStyle(this.state).color
    const wide = canvas.width / SHOWN
    const most = Math.max(...trips, 1)
    trips.forEach((trip, i) => {
      const high = Math.max(ratio, trip / most * canvas.height)
      ink.fillRect((SHOWN - trips.length + i) * wide, canvas.height - high, Math.max(1, wide - ratio), high)
    })
  }
}

function showNodes (nodes, self) {
  at('nodes').replaceChildren()
  nodes.forEach(({ id, peers }, number) => {
    const row = at('nodes').insertRow()
    cell(row, number)
    cell(row, short(id)).title = id
    cell(row, peers.length, 'number')
    const joined = peers.includes(self)
    cell(row, joined ? 'is connected' : '', joined ? 'good' : 'dim')
  })
}

async function main () {
  const node = await start()
  const self = node.peerId.toString()
  at('self').textContent = self
  const { dials } = await (await fetch('/state')).json()
  for (const dial of dials) {
    const link = new Link(node, dial)
    const row = new Row(link)
    if (dial.transport === 'WebTransport' && !('WebTransport' in window)) {
      link.state = 'this browser has none'
      row.show()
    } else {
      link.run(() => row.show())
    }
  }
  while (true) {
    try {
      showNodes((await (await fetch('/state')).json()).nodes, self)
    } catch {
      at('note').textContent = 'The demo has ended.'
      return
    }
    await pause(1000)
  }
}

main().catch(error => { at('note').textContent = `${error.name}: ${error.message}` })
