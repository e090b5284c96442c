#!/usr/bin/env node
// A js-libp2p node under remote control: commands as JSON lines on standard input, answers and events on standard output.
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { commands } from './commands.mjs'
import { description } from './description.mjs'
import { ECHO, echoHandler } from './echo.mjs'
import { tellMessages } from './gossip.mjs'
import { Identities } from './identities.mjs'
import { createNode, KEYS, MUXERS, SECURITY, TRANSPORTS } from './node.mjs'
import { PERF, perfHandler } from './perf.mjs'
import { STREAMS_MAX, within } from './streams.mjs'

const USAGE = `usage: peer.mjs [option]...

  --transport NAME     tcp (default), ws, wss, quic-v1 or webrtc-direct
  --security NAME      noise (default), tls or plaintext
  --muxer NAME         yamux (default) or mplex
  --key NAME           ed25519 (default), secp256k1 or rsa; made anew at each start
  --listen MULTIADDR   address to listen on, may be repeated; default /ip4/127.0.0.1/tcp/0
  --no-listen          only dial
  --role NAME          what to serve beyond the basics, may be repeated: none so far
  --stock-limits       keep the limits of js-libp2p that are raised otherwise
  --version            print what this peer is and can do, as one line of JSON
  --help               this text

Commands are JSON lines on standard input, see ../README.md. The end of standard input stops the node.`

const DEFAULT_TIMEOUT_MS = 30_000
const NODE_MAJOR = 24

function usageError (message) {
  process.stderr.write(`peer.mjs: ${message}\n\n${USAGE}\n`)
  process.exit(2)
}

function readArguments () {
  let values
  try {
    values = parseArgs({
      options: {
        transport: { type: 'string', default: 'tcp' },
        security: { type: 'string', default: 'noise' },
        muxer: { type: 'string', default: 'yamux' },
        key: { type: 'string', default: 'ed25519' },
        role: { type: 'string', multiple: true, default: [] },
        listen: { type: 'string', multiple: true },
        'no-listen': { type: 'boolean', default: false },
        'stock-limits': { type: 'boolean', default: false },
        version: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false }
      }
    }).values
  } catch (error) {
    usageError(error.message)
  }
  if (values.help) {
    process.stdout.write(USAGE + '\n')
    process.exit(0)
  }
  if (values.version) {
    process.stdout.write(JSON.stringify(description()) + '\n')
    process.exit(0)
  }
  for (const role of values.role) {
    usageError(`--role ${role} is not known`)
  }
  for (const [name, choices] of Object.entries({ transport: TRANSPORTS, security: SECURITY, muxer: MUXERS, key: KEYS })) {
    if (!Object.hasOwn(choices, values[name])) {
      usageError(`--${name} must be one of ${Object.keys(choices).join(', ')}`)
    }
  }
  if (values['no-listen'] && values.listen != null) {
    usageError('--listen and --no-listen exclude each other')
  }
  return {
    ...values,
    listen: values['no-listen'] ? [] : values.listen ?? [TRANSPORTS[values.transport].listen],
    stock: values['stock-limits']
  }
}

const emit = message => process.stdout.write(JSON.stringify(message) + '\n')

async function answer (line, table, stop) {
  let request
  try {
    request = JSON.parse(line)
  } catch (error) {
    emit({ id: null, ok: false, error: `not JSON: ${error.message}` })
    return
  }
  const { id = null, do: name, timeoutMs = DEFAULT_TIMEOUT_MS, ...options } = request ?? {}
  if (name === 'stop') {
    emit({ id, ok: true })
    await stop()
    return
  }
  try {
    if (!Object.hasOwn(table, name ?? '')) {
      throw new Error(`unknown command ${name}`)
    }
    const fields = await within(timeoutMs, signal => table[name](options, signal))
    emit({ id, ok: true, ...fields })
  } catch (error) {
    emit({ id, ok: false, error: `${error?.name ?? 'Error'}: ${error?.message ?? error}` })
  }
}

async function main () {
  const options = readArguments()
  if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
    process.stderr.write(`peer.mjs: needs Node ${NODE_MAJOR} (./setup installs it), this is ${process.version}\n`)
    process.exit(2)
  }
  // js-libp2p leaves some promises of dying streams unhandled; a judge has to outlive them
  process.on('unhandledRejection', error => process.stderr.write(`unhandled rejection: ${error?.stack ?? error}\n`))
  // whoever read the answers is gone
  process.stdout.on('error', () => process.exit(0))

  const node = await createNode(options)
  const identities = new Identities(node, emit)
  node.addEventListener('peer:connect', ({ detail }) => emit({ event: 'connected', peer: detail.toString() }))
  node.addEventListener('peer:disconnect', ({ detail }) => emit({ event: 'disconnected', peer: detail.toString() }))
  tellMessages(node, emit)
  const streams = options.stock ? {} : { maxInboundStreams: STREAMS_MAX, maxOutboundStreams: STREAMS_MAX }
  await node.handle(ECHO, echoHandler(emit), streams)
  await node.handle(PERF, perfHandler, options.stock ? { maxInboundStreams: 1, maxOutboundStreams: 1 } : streams)

  let stopping
  const stop = () => {
    stopping ??= node.stop()
      .catch(error => process.stderr.write(`while stopping: ${error.stack}\n`))
      .then(() => process.exit(0))
    return stopping
  }
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, stop)
  }
  emit({
    event: 'ready',
    peerId: node.peerId.toString(),
    addresses: node.getMultiaddrs().map(String),
    ...description()
  })
  const table = commands(node, identities)
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })
  lines.on('line', line => {
    if (line.trim() !== '') {
      answer(line, table, stop)
    }
  })
  lines.on('close', stop)
}

main().catch(error => {
  process.stderr.write(`peer.mjs: ${error.stack}\n`)
  process.exit(1)
})
