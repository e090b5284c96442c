// What this peer is and can do.
import { readFileSync } from 'node:fs'
import { version } from 'libp2p/version'
import { KEYS, MUXERS, SECURITY, TRANSPORTS } from './node.mjs'

export function description () {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url)))
  const transports = Object.keys(TRANSPORTS)
  return {
    peer: 'js',
    version,
    runtime: `Node ${process.versions.node}`,
    packages: dependencies,
    dials: transports,
    listens: transports,
    security: Object.keys(SECURITY),
    muxers: Object.keys(MUXERS),
    keys: Object.keys(KEYS),
    features: { transport: 'both', identify: 'both', echo: 'both', perf: 'both', gossip: 'both', bench: 'both' }
  }
}
