// Work to be measured from outside: the same thing many times, one after the other.
import { multiaddr } from '@multiformats/multiaddr'
import { ECHO } from './echo.mjs'
import { receive, withStream } from './streams.mjs'

const PING = '/ipfs/ping/1.0.0'
const BLOCK = new Uint8Array(32)

async function repeated (count, work) {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new Error('count must be at least 1')
  }
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    await work()
  }
  return { count, millis: Math.round(performance.now() - start) }
}

export function bench (node, connectionTo) {
  return {
    async benchHandshakes ({ address, count }, signal) {
      const to = multiaddr(address)
      return repeated(count, async () => {
        const identified = new Promise(resolve => node.addEventListener('peer:identify', resolve, { once: true }))
        const connection = await node.dial(to, { signal, force: true })
        await identified
        await connection.close({ signal })
      })
    },

    async benchStreams ({ peer, count }, signal) {
      const connection = connectionTo(peer)
      return repeated(count, () => withStream(connection, ECHO, signal, async stream => {
        let bytes = 0
        const reading = receive(stream, part => { bytes += part.byteLength }, signal)
        stream.send(BLOCK)
        await stream.close({ signal })
        await reading
        if (bytes !== BLOCK.length) {
          throw new Error(`${bytes} bytes came back`)
        }
      }))
    },

    async benchRoundTrips ({ peer, count }, signal) {
      return withStream(connectionTo(peer), PING, signal, async stream => {
        let missing = 0
        let answered
        const reading = receive(stream, part => {
          missing -= part.byteLength
          if (missing === 0) {
            answered()
          }
        }, signal)
        const failed = reading.then(() => { throw new Error('the peer ended the stream') })
        failed.catch(() => {})
        const result = await Promise.race([failed, repeated(count, () => new Promise(resolve => {
          answered = resolve
          missing = BLOCK.length
          stream.send(BLOCK)
        }))])
        await stream.close({ signal })
        return result
      })
    }
  }
}
