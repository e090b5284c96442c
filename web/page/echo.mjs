// /echo/1.0.0 with what browsers have: bytes are made and hashed all at once, since WebCrypto does it so.
import { drained, pump, receive, withStream } from '../../interop/peers/js/streams.mjs'

export const ECHO = '/echo/1.0.0'
const SERVED_MAX = 64 * 1024 * 1024

const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')

async function sha256 (bytes) {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/** Pseudo-random bytes: the AES-256-CTR key stream, key = SHA-256 of the seed's decimal text, counter from zero. */
async function randomBytes (seed, size) {
  const text = new TextEncoder().encode(String(seed))
  const key = await crypto.subtle.importKey('raw', await crypto.subtle.digest('SHA-256', text), 'AES-CTR', false, ['encrypt'])
  const algorithm = { name: 'AES-CTR', counter: new Uint8Array(16), length: 128 }
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, new Uint8Array(size)))
}

/** What came, put together at the end. */
class Pile {
  size = 0
  #parts = []

  add (part) {
    this.#parts.push(part)
    this.size += part.byteLength
    if (this.size > SERVED_MAX) {
      throw new Error(`more than ${SERVED_MAX} bytes`)
    }
  }

  async sha256 () {
    return sha256(await new Blob(this.#parts).arrayBuffer())
  }
}

/** Sends seeded bytes while it reads what comes back, then half-closes and reads to the end. */
export async function echo (connection, { bytes, seed = 1, chunk = 65536 }, signal) {
  const data = await randomBytes(seed, bytes)
  return withStream(connection, ECHO, signal, async stream => {
    const start = performance.now()
    const pile = new Pile()
    let sent = 0
    const reading = receive(stream, part => pile.add(part), signal)
    const writing = pump(stream, bytes, chunk, size => data.subarray(sent, sent += size), signal).then(() => stream.close({ signal }))
    await Promise.all([writing, reading])
    const millis = Math.round(performance.now() - start)
    return { bytes, receivedBytes: pile.size, sentSha256: await sha256(data), receivedSha256: await pile.sha256(), millis }
  })
}

/** Over WebTransport, js-libp2p hands on the browser's error, which says whether it is the stream's or the whole session's. */
const told = ({ name, source, message }) => `${name}${source == null ? '' : ` of the ${source}`}: ${message}`

/** Serves an inbound echo stream and reports `{peer, bytes, sha256}`, with `error` if the stream did not end well. */
export function echoHandler (say) {
  return async (stream, connection) => {
    const pile = new Pile()
    const report = async error => say({
      event: 'echoed',
      peer: connection.remotePeer.toString(),
      bytes: pile.size,
      sha256: await pile.sha256(),
      ...(error == null ? {} : { error: told(error) })
    })
    const closed = new Promise(resolve => stream.addEventListener('close', ({ error }) => resolve(error), { once: true }))
    let sending = Promise.resolve()
    try {
      await receive(stream, part => {
        pile.add(part)
        sending = sending.then(() => stream.send(part) || drained(stream))
        sending.catch(() => {}) // it is awaited below, unless reading fails first
      })
      await sending
      await stream.close()
    } catch (error) {
      // a stream that the peer reset has ended before it is said why
      await report(stream.status === 'open' ? error : await closed ?? error)
      stream.abort(error)
      return
    }
    await report()
  }
}

/** Sends a little, waits until it is back, and resets the stream. */
export async function reset (connection, signal) {
  const data = new Uint8Array(1024)
  return withStream(connection, ECHO, signal, async stream => {
    let missing = data.byteLength
    await new Promise((resolve, reject) => {
      receive(stream, part => {
        missing -= part.byteLength
        if (missing === 0) {
          resolve()
        }
      }, signal).catch(reject)
      stream.send(data)
    })
    stream.abort(new Error('reset on command'))
    return {}
  })
}
