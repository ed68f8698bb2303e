// @ts-check
/**
 * `npm run sizes`: what users download, minified by esbuild and compressed by brotli, and whether that is within
 * the limits. It needs dist/ (`npm run build -- --dist`).
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { counts, sentence, sum } from './lib/counts.mjs'
import { needDist, ROOT } from './lib/packages.mjs'

needDist()

/** In bytes after brotli: what was reached, and a little room. docs/decisions.md has what they are made of. */
const LIMITS = [
  { what: 'core.wasm', limit: 90_000, bytes: () => readFileSync(join(ROOT, 'dist', 'core.wasm')) },
  { what: 'memory.wasm', limit: 43_900, bytes: () => readFileSync(join(ROOT, 'dist', 'memory.wasm')) },
  { what: 'omnicache, with its core', limit: 172_800, bytes: () => bundle("export * from 'omnicache'") },
  { what: 'omnicache/slim, without a core', limit: 76_500, bytes: () => bundle("export * from 'omnicache/slim'") },
  {
    what: 'CacheManager alone of that',
    limit: 71_600,
    bytes: () => bundle("export { CacheManager } from 'omnicache/slim'"),
  },
  { what: 'omnicache/memory, with its core', limit: 67_500, bytes: () => bundle("export * from 'omnicache/memory'") },
]

/** @param {string} contents What a page's script is made from. */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    external: ['idb'],
  })
  return outputFiles[0]?.contents ?? new Uint8Array()
}

/** @param {Uint8Array} bytes */
function brotli(bytes) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants
  const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return brotliCompressSync(bytes, { params }).length
}

const results = []
console.log('     raw    brotli     limit')
for (const { what, limit, bytes } of LIMITS) {
  const raw = await bytes()
  const packed = brotli(raw)
  const figures = [raw.length, packed, limit].map((figure) => String(figure).padStart(8)).join('  ')
  console.log(`${figures}  ${what}${packed > limit ? ': too large' : ''}`)
  results.push(packed > limit ? counts(0, 1) : counts(1))
}
const total = sum(results)
console.log(sentence(total))
process.exitCode = total.failed > 0 ? 1 : 0
