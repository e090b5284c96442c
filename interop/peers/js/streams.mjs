// Reading and writing js-libp2p streams with back-pressure and an honest end.
//
// Two things of js-libp2p are deliberately not used:
// - `for await (const chunk of stream)` waits for ever if the peer's FIN came before the loop began, and it takes the
//   loss of a connection by a normal GoAway for a clean end;
// - `stream.onDrain()` settles its promise once and never renews it, so it holds a writer back only the first time.

/** Resolves when the stream takes data again; rejects when it is closed or the signal fires. */
export function drained (stream, signal) {
  return new Promise((resolve, reject) => {
    const settle = (action, value) => {
      stream.removeEventListener('drain', onDrain)
      stream.removeEventListener('close', onClose)
      signal?.removeEventListener('abort', onAbort)
      action(value)
    }
    const onDrain = () => settle(resolve)
    const onClose = event => settle(reject, event.error ?? new Error('the stream was closed while data waited to be sent'))
    const onAbort = () => settle(reject, signal.reason)
    if (signal?.aborted === true) {
      reject(signal.reason)
      return
    }
    stream.addEventListener('drain', onDrain)
    stream.addEventListener('close', onClose)
    signal?.addEventListener('abort', onAbort)
  })
}

/** Hands every chunk that arrives to `take`; resolves at the peer's FIN, rejects if the stream ends in any other way. */
export function receive (stream, take, signal) {
  return new Promise((resolve, reject) => {
    let finished = stream.remoteWriteStatus === 'closed' && stream.status === 'open'
    const settle = error => {
      stream.removeEventListener('message', onMessage)
      stream.removeEventListener('remoteCloseWrite', onFinish)
      stream.removeEventListener('end', onEnd)
      stream.removeEventListener('close', onClose)
      signal?.removeEventListener('abort', onAbort)
      if (error != null) {
        reject(error)
      } else {
        resolve()
      }
    }
    // FIN that came with the protocol's name has ended the stream for js-libp2p before what came between the two is handed back
    const ended = () => stream.readableEnded && stream.readBufferLength === 0
    const onMessage = ({ data }) => {
      try {
        // a message is a Uint8Array or a list of them
        for (const part of data instanceof Uint8Array ? [data] : data) {
          take(part)
        }
      } catch (error) {
        settle(error)
        return
      }
      if (ended()) {
        onEnd()
      }
    }
    const onFinish = () => { finished = true }
    const onEnd = () => settle(finished ? null : new Error('the connection ended before the stream did'))
    const onClose = event => {
      if (event.error != null) {
        settle(event.error)
      } else if (stream.readBufferLength === 0) {
        onEnd()
      }
    }
    const onAbort = () => settle(signal.reason)
    if (ended()) {
      onEnd()
      return
    }
    if (signal?.aborted === true) {
      onAbort()
      return
    }
    stream.addEventListener('remoteCloseWrite', onFinish)
    stream.addEventListener('end', onEnd)
    stream.addEventListener('close', onClose)
    signal?.addEventListener('abort', onAbort)
    // last, since it lets what has already arrived flow
    stream.addEventListener('message', onMessage)
  })
}

/** Sends `bytes` bytes in chunks that `next(size)` makes, never more than the stream wants. */
export async function pump (stream, bytes, chunkSize, next, signal) {
  for (let left = bytes; left > 0;) {
    const size = Math.min(left, chunkSize)
    if (!stream.send(next(size))) {
      await drained(stream, signal)
    }
    left -= size
  }
}

/** Runs `work(signal)` and fails after `timeoutMs`, even if the work does not listen to the signal. */
export async function within (timeoutMs, work) {
  const controller = new AbortController()
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`timed out after ${timeoutMs} ms`)
      controller.abort(error)
      reject(error)
    }, timeoutMs)
  })
  const done = work(controller.signal)
  done.catch(() => {})
  try {
    return await Promise.race([done, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Opens a stream on the first connection to the peer, runs `work(stream)` and aborts the stream if that fails. */
export async function withStream (connection, protocol, signal, work) {
  const stream = await connection.newStream(protocol, { signal, maxOutboundStreams: STREAMS_MAX })
  try {
    return await work(stream)
  } catch (error) {
    stream.abort(error)
    throw error
  }
}

/** Streams of one protocol on one connection and direction; js-libp2p would stop at 32 inbound and 64 outbound. */
export const STREAMS_MAX = 2000
