// A js-libp2p node in a browser, under remote control: commands are fetched from the server that the page came from, answers and events
// are posted to it. What is said is as ../../interop/peers/README.md has it.
import { commands } from './commands.mjs'
import { createNode } from './node.mjs'
import { within } from '../../interop/peers/js/streams.mjs'

const TIMEOUT_MS = 30_000

let said = Promise.resolve()

/** In order, whatever the network does. */
function say (message) {
  said = said.then(() => fetch('/said', { method: 'POST', body: JSON.stringify(message) }))
  return said
}

async function answer (table, { id, do: name, timeoutMs = TIMEOUT_MS, ...options }) {
  try {
    if (!Object.hasOwn(table, name)) {
      throw new Error(`unknown command ${name}`)
    }
    const fields = await within(timeoutMs, signal => table[name](options, signal))
    await say({ id, ok: true, ...fields })
  } catch (error) {
    await say({ id, ok: false, error: `${error?.name ?? 'Error'}: ${error?.message ?? error}` })
  }
}

async function main () {
  const node = await createNode(say)
  const table = commands(node)
  await say({ event: 'ready', peerId: node.peerId.toString(), epochMillis: Date.now() })
  while (true) {
    const next = await fetch('/next')
    if (next.status === 204) {
      continue // nothing for a while
    }
    if (!next.ok) {
      return // the program has ended
    }
    answer(table, await next.json())
  }
}

// js-libp2p leaves some promises of dying streams unhandled: told of, no more
window.addEventListener('unhandledrejection', ({ reason }) => say({ event: 'log', text: `unhandled rejection: ${reason?.stack ?? reason}` }))
window.addEventListener('error', ({ message }) => say({ event: 'log', text: `error: ${message}` }))
main().catch(error => say({ event: 'log', text: `the page has failed: ${error?.stack ?? error}` }))
