// @ts-check
/** Cloudflare Workers: bundled as `wrangler deploy` does, and run in workerd. */

import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {import('../../../scripts/lib/cells.mjs').Bench} Bench */
/** @typedef {import('../../../scripts/lib/cells.mjs').Cell} Cell */

/** wrangler and miniflare want a newer Node than the package does. @param {Bench} t */
const node = (t) => t.program('node22/bin/node')

/** @param {string} name @returns {Cell['version']} The version of an installed package, where there is a Node for it. */
const versionOf = (name) => (t) => {
  const manifest = t.installed(`${name}/package.json`)
  if (manifest === undefined || t.installed('node22/bin/node') === undefined) return undefined
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

/** wrangler asks nobody, tells nobody, and keeps its files to itself. @param {Bench} t */
const settings = (t) => ({ WRANGLER_SEND_METRICS: 'false', CI: 'true', XDG_CONFIG_HOME: join(t.folder, 'config') })

/**
 * What `wrangler deploy` would send, in a folder.
 *
 * @param {Bench} t
 * @param {readonly string[]} [flags]
 */
async function bundle(t, flags = []) {
  const out = join(t.folder, 'bundle')
  const args = ['deploy', '--dry-run', '--outdir', out, ...flags]
  await t.exec(node(t), [t.program('wrangler/bin/wrangler.js'), ...args], { env: settings(t) })
  return out
}

/** What a free plan takes, after gzip. */
const MAX_BUNDLE = 3 * 2 ** 20

/** @type {Cell} */
const deploy = {
  id: 'wrangler-deploy',
  runtime: 'wrangler',
  what: '`wrangler deploy --dry-run`: one script, and one core, which it compiles',
  version: versionOf('wrangler'),
  run: async (t) => {
    const out = await bundle(t)
    const files = readdirSync(out)
    const cores = files.filter((name) => name.endsWith('.wasm'))
    if (cores.length !== 1) throw new Error(`not one core but ${files.join(', ')}`)
    const bytes = files.filter((name) => !name.endsWith('.map')).map((name) => statSync(join(out, name)).size)
    const total = bytes.reduce((sum, size) => sum + size, 0)
    if (total > MAX_BUNDLE) throw new Error(`${total} bytes`)
    const script = readFileSync(join(out, 'worker.js'), 'utf8')
    if (/ioredis-client|AGFzbQ/.test(script)) throw new Error('it has a Redis client, or the core once more in base64')
  },
}

/**
 * @param {string} name
 * @param {string} what
 * @param {{ compatibilityDate: string, compatibilityFlags?: readonly string[] }} options
 * @returns {Cell}
 */
const inWorkerd = (name, what, options) => ({
  id: `workerd-${name}`,
  runtime: 'workerd',
  what,
  version: versionOf('workerd'),
  run: async (t) => {
    const flags = (options.compatibilityFlags ?? []).flatMap((flag) => ['--compatibility-flags', flag])
    const out = await bundle(t, ['--compatibility-date', options.compatibilityDate, ...flags])
    await t.check(node(t), ['host.mjs', out, JSON.stringify(options)])
  },
})

/** @type {Cell} */
const example = {
  id: 'example-worker',
  runtime: 'wrangler',
  what: 'the example [worker](../examples/worker), by `wrangler dev`',
  version: versionOf('wrangler'),
  run: async (t) => {
    const folder = t.example('worker', [])
    const program = `#!/bin/sh\nexec '${node(t)}' '${t.program('wrangler/bin/wrangler.js')}' "$@"\n`
    const path = t.write('worker/node_modules/.bin/wrangler', program)
    chmodSync(path, 0o755)
    await t.check(process.execPath, ['example.mjs', folder], { env: settings(t) })
  },
}

const DOES = 'module scope, requests that share an isolate, Workers KV, an outage, memory'

/** @type {import('../../../scripts/lib/cells.mjs').Group} */
export const workers = {
  id: 'workers',
  title: 'Cloudflare Workers',
  own: ['idb'],
  places: ['tests/runtimes'],
  examples: ['worker'],
  cells: [
    deploy,
    inWorkerd('2022', `as of 2022-01-01: ${DOES}`, { compatibilityDate: '2022-01-01' }),
    inWorkerd('2026', `as of 2026-10-01: ${DOES}`, { compatibilityDate: '2026-10-01' }),
    inWorkerd('node', 'the same, with `nodejs_compat`', {
      compatibilityDate: '2026-10-01',
      compatibilityFlags: ['nodejs_compat'],
    }),
    example,
  ],
}
