// /perf/1.0.0 (libp2p specs, perf/perf.md): 8 bytes big-endian say how much the server shall send back, then the upload,
// then FIN; the server answers after that FIN and finishes.
import { pump, receive, withStream } from './streams.mjs'

export const PERF = '/perf/1.0.0'

const BLOCK = new Uint8Array(65536)
const block = size => BLOCK.subarray(0, size)

export async function perfHandler (stream) {
  try {
    const header = Buffer.alloc(8)
    let filled = 0
    await receive(stream, part => {
      if (filled < 8) {
        const take = Math.min(8 - filled, part.byteLength)
        header.set(part.subarray(0, take), filled)
        filled += take
      }
    })
    if (filled < 8) {
      throw new Error('the perf stream ended within its header')
    }
    await pump(stream, Number(header.readBigUInt64BE()), BLOCK.length, block)
    await stream.close()
  } catch (error) {
    stream.abort(error)
  }
}

/** The upload lasts until the first byte (or the end) that comes back, the download from there to the end. */
export async function perf (connection, { upload = 0, download = 0 }, signal) {
  return withStream(connection, PERF, signal, async stream => {
    const start = performance.now()
    let uploaded
    let received = 0
    const reading = receive(stream, part => {
      uploaded ??= performance.now()
      received += part.byteLength
    }, signal)
    const writing = (async () => {
      const header = Buffer.alloc(8)
      header.writeBigUInt64BE(BigInt(download))
      stream.send(header)
      await pump(stream, upload, BLOCK.length, block, signal)
      await stream.close({ signal })
    })()
    await Promise.all([writing, reading])
    const end = performance.now()
    uploaded ??= end
    if (received !== download) {
      throw new Error(`asked for ${download} bytes, got ${received}`)
    }
    return {
      uploadBytes: upload,
      downloadBytes: received,
      uploadMillis: Math.round(uploaded - start),
      downloadMillis: Math.round(end - uploaded)
    }
  })
}
