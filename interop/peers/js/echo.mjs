// /echo/1.0.0: every byte comes back, and FIN answers FIN.
import { createCipheriv, createHash } from 'node:crypto'
import { drained, pump, receive, withStream } from './streams.mjs'

export const ECHO = '/echo/1.0.0'

/** Pseudo-random bytes: the AES-256-CTR key stream, key = SHA-256 of the seed's decimal text, counter from zero. */
export function randomBytes (seed) {
  const key = createHash('sha256').update(String(seed)).digest()
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  return size => cipher.update(Buffer.alloc(size))
}

/** Serves one inbound echo stream and reports `{peer, bytes, sha256}`, with `error` if the stream did not end well. */
export function echoHandler (emit) {
  return async (stream, connection) => {
    const hash = createHash('sha256')
    // mplex has nothing to hold the sender back with, and js-libp2p's QUIC streams do not: pausing would only fill js-libp2p's own read
    // buffer until it resets the stream
    const canPause = connection.multiplexer?.includes('yamux') === true
    let bytes = 0
    const hold = async () => {
      stream.pause()
      await drained(stream)
      if (stream.readStatus === 'paused') {
        stream.resume()
      }
    }
    const report = error => emit({
      event: 'echoed',
      peer: connection.remotePeer.toString(),
      bytes,
      sha256: hash.digest('hex'),
      ...(error == null ? {} : { error: error.message })
    })
    try {
      await receive(stream, part => {
        hash.update(part)
        bytes += part.byteLength
        if (!stream.send(part) && canPause && stream.readStatus === 'readable') {
          hold().catch(() => {}) // the stream was closed, which receive() sees too
        }
      })
      await stream.close()
    } catch (error) {
      stream.abort(error)
      report(error)
      return
    }
    report()
  }
}

/** Sends seeded bytes while it reads what comes back, then half-closes and reads to the end. */
export async function echo (connection, { bytes, seed = 1, chunk = 65536, protocol = ECHO }, signal) {
  if (!Number.isSafeInteger(bytes) || bytes < 0 || !Number.isSafeInteger(chunk) || chunk < 1) {
    throw new Error('bytes and chunk must be whole numbers, chunk at least 1')
  }
  return withStream(connection, protocol, signal, async stream => {
    const start = performance.now()
    const sent = createHash('sha256')
    const received = createHash('sha256')
    let receivedBytes = 0
    const random = randomBytes(seed)
    const reading = receive(stream, part => {
      received.update(part)
      receivedBytes += part.byteLength
    }, signal)
    const writing = pump(stream, bytes, chunk, size => {
      const data = random(size)
      sent.update(data)
      return data
    }, signal).then(() => stream.close({ signal }))
    await Promise.all([writing, reading])
    return {
      bytes,
      receivedBytes,
      sentSha256: sent.digest('hex'),
      receivedSha256: received.digest('hex'),
      millis: Math.round(performance.now() - start)
    }
  })
}
