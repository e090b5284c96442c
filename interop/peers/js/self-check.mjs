#!/usr/bin/env node
// Two of these peers against each other, for every muxer and key type: shows that the judge itself is sound.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PEER = fileURLToPath(new URL('peer.mjs', import.meta.url))
const ECHO_BYTES = 4 * 1024 * 1024
const WAIT_MS = 60_000

class Peer {
  #child
  #nextId = 1
  #answers = new Map()
  #events = []
  #waiting = []
  #exit

  constructor (...args) {
    this.#child = spawn(process.execPath, [PEER, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#exit = new Promise(resolve => this.#child.on('exit', code => {
      const error = new Error(`the peer exited with code ${code}`)
      this.#answers.forEach(({ reject }) => reject(error))
      this.#waiting.forEach(({ reject }) => reject(error))
      resolve(code)
    }))
    createInterface({ input: this.#child.stdout }).on('line', line => this.#take(JSON.parse(line)))
  }

  #take (message) {
    if (message.event == null) {
      const { resolve, reject } = this.#answers.get(message.id)
      this.#answers.delete(message.id)
      if (message.ok) {
        resolve(message)
      } else {
        reject(new Error(message.error))
      }
      return
    }
    const index = this.#waiting.findIndex(({ name }) => name === message.event)
    if (index < 0) {
      this.#events.push(message)
    } else {
      this.#waiting.splice(index, 1)[0].resolve(message)
    }
  }

  event (name) {
    const index = this.#events.findIndex(({ event }) => event === name)
    return index < 0
      ? new Promise((resolve, reject) => this.#waiting.push({ name, resolve, reject }))
      : Promise.resolve(this.#events.splice(index, 1)[0])
  }

  do (name, options = {}) {
    const id = this.#nextId++
    this.#child.stdin.write(JSON.stringify({ id, do: name, ...options }) + '\n')
    return new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject }))
  }

  /** Ends its standard input and resolves with its exit code. */
  end () {
    this.#child.stdin.end()
    return this.#exit
  }

  kill () {
    this.#child.kill('SIGKILL')
  }
}

function check (condition, message) {
  if (!condition) {
    throw new Error(message)
  }
}

async function pair (muxer, key, security) {
  const args = ['--muxer', muxer, '--key', key, '--security', security]
  const server = new Peer(...args)
  const client = new Peer(...args, '--no-listen')
  const limit = setTimeout(() => { server.kill(); client.kill() }, WAIT_MS)
  try {
    await conversation(server, client, { muxer, key, security })
    check(await client.end() === 0 && await server.end() === 0, 'a peer did not exit with 0')
  } finally {
    clearTimeout(limit)
    server.kill()
    client.kill()
  }
}

async function conversation (server, client, { muxer, key, security }) {
  const { peerId: serverId, addresses } = await server.event('ready')
  const { peerId: clientId } = await client.event('ready')
  const dialled = await client.do('dial', { address: addresses[0] })
  check(dialled.peerId === serverId && dialled.muxer.startsWith(`/${muxer}/`), `dialled ${JSON.stringify(dialled)}`)
  check(dialled.security.includes(security), `security is ${dialled.security}`)
  check((await server.event('connected')).peer === clientId, 'the server saw another peer')

  await client.do('ping', { peer: serverId })
  await server.do('ping', { peer: clientId })

  const identity = await client.do('identify', { peer: serverId })
  const record = identity.signedPeerRecord
  check(identity.publicKey === key, `the key is ${identity.publicKey}`)
  check(record?.verified === true && record.peerId === serverId, `the signed record is ${JSON.stringify(record)}`)
  check(addresses[0].startsWith(record.addresses[0]), `the record says ${record.addresses}`)
  check(identity.protocols.includes('/echo/1.0.0'), `protocols are ${identity.protocols}`)
  await server.do('identify', { peer: clientId })

  const protocol = '/self-check/1.0.0'
  await server.do('handle', { protocol })
  await client.do('awaitProtocol', { peer: serverId, protocol, present: true })
  check((await client.do('open', { peer: serverId, protocol, message: '00ff' })).received === '', 'a no-op handler answered')
  await server.do('unhandle', { protocol })
  await client.do('awaitProtocol', { peer: serverId, protocol, present: false })

  const { received } = await client.do('open', { peer: serverId, protocol: '/echo/1.0.0', message: '0102ff' })
  check(received === '0102ff', `the echo of 0102ff is ${received}`)
  check((await server.event('echoed')).bytes === 3, 'the short echo was not reported')
  const echo = await client.do('echo', { peer: serverId, bytes: ECHO_BYTES, seed: 7, chunk: 50_000 })
  const echoed = await server.event('echoed')
  check(echo.receivedBytes === ECHO_BYTES && echoed.bytes === ECHO_BYTES, `echoed ${echo.receivedBytes} of ${ECHO_BYTES} bytes`)
  check(echo.sentSha256 === echo.receivedSha256 && echo.sentSha256 === echoed.sha256, 'the hashes differ')

  const perf = await server.do('perf', { peer: clientId, upload: 1_000_000, download: 2_000_000 })
  check(perf.uploadBytes === 1_000_000 && perf.downloadBytes === 2_000_000, `perf moved ${JSON.stringify(perf)}`)

  const unknown = await client.do('no-such-command').catch(error => error)
  check(unknown instanceof Error && unknown.message.includes('unknown command'), 'an unknown command was not refused')
  const late = await client.do('awaitProtocol', { peer: serverId, protocol, timeoutMs: 100 }).catch(error => error)
  check(late instanceof Error && late.message.includes('timed out'), 'a command outlived its time')

  check((await client.do('connections')).connections.length === 1, 'there is not one connection')
  await client.do('close', { peer: serverId })
  check((await server.event('disconnected')).peer === clientId, 'the server did not see the end')
}

let failures = 0
for (const [muxer, key, security] of [
  ...['yamux', 'mplex'].flatMap(muxer => ['ed25519', 'secp256k1', 'rsa'].map(key => [muxer, key, 'noise'])),
  ['yamux', 'ed25519', 'plaintext']
]) {
  const name = `${muxer} ${key} ${security}`
  const start = performance.now()
  try {
    await pair(muxer, key, security)
    process.stdout.write(`pass ${name} (${Math.round(performance.now() - start)} ms)\n`)
  } catch (error) {
    failures++
    process.stdout.write(`FAIL ${name}: ${error.message}\n`)
  }
}
process.exit(failures === 0 ? 0 : 1)
