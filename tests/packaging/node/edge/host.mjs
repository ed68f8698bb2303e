/** Bundles the handler as a framework for the edge does, and asks it in Vercel's edge-runtime. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { build } from 'esbuild'

/** Compiled by the host, so of its realm. */
const modules = new Map()
const { EdgeRuntime } = createRequire(import.meta.url)(process.env.EDGE_RUNTIME)

const { outputFiles } = await build({
  entryPoints: [new URL('handler.mjs', import.meta.url).pathname],
  bundle: true,
  write: false,
  format: 'iife',
  conditions: ['edge-light', 'worker'],
  external: ['ioredis', 'redis', 'idb', 'better-sqlite3'],
  // A framework hands in a module that it has compiled, for `…?module`.
  plugins: [
    {
      name: 'compiled',
      setup({ onLoad, onResolve }) {
        onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => {
          return { path: new URL(path.replace('?module', ''), `file://${resolveDir}/`).pathname, namespace: 'compiled' }
        })
        onLoad({ filter: /./, namespace: 'compiled' }, ({ path }) => {
          modules.set(path, new WebAssembly.Module(readFileSync(path)))
          return { contents: `export default globalThis.COMPILED.get(${JSON.stringify(path)})`, loader: 'js' }
        })
      },
    },
  ],
})

const runtime = new EdgeRuntime({
  initialCode: outputFiles[0].text,
  extend: (context) => Object.assign(context, { COMPILED: modules }),
})

async function ask(path) {
  const response = await runtime.dispatchFetch(`http://localhost${path}`)
  if (response.status !== 200) throw new Error(`${path}: ${await response.text()}`)
  return response.json()
}

await ask('/work')
const counted = [await ask('/count'), await ask('/count')]
if (String(counted) !== '1,2') throw new Error(`requests do not share the cache: ${counted}`)
const ceiling = await ask('/ceiling')
if (ceiling !== 32 * 1024 ** 2) throw new Error(`the ceiling is ${ceiling}`)
await ask('/refusals')
console.log('ok')
// Timers of the edge hold up its host.
process.exit(0)
