// Runs what TeaVM made: `node run.mjs js|wasm FOLDER`, the folder being the module's target.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [form, folder] = process.argv.slice(2)
if (form === 'js') {
  createRequire(import.meta.url)(resolve(folder, 'js/classes.js')).main([])
} else {
  const loader = await import(pathToFileURL(resolve(folder, 'loader/org/teavm/backend/wasm/wasm-gc-module-runtime.js')))
  const module = await loader.load(readFileSync(resolve(folder, 'wasm/classes.wasm')))
  module.exports.main([])
}
