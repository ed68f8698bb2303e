/**
 * The package inside of a `vm` context, as test runners and sandboxes load it: classes such as Array, Error
 * and WebAssembly are the context's own, and what the host hands in (Buffer, TextEncoder, crypto) is of another realm.
 */

const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const vm = require('node:vm')

/** What a context has not of itself, and every host hands in. */
const HOST_GLOBALS = [
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'queueMicrotask', 'performance'],
  ...['crypto', 'TextEncoder', 'TextDecoder', 'AbortController', 'AbortSignal', 'Event', 'EventTarget', 'URL'],
  ...[
    'structuredClone',
    'process',
    'Buffer',
    'console',
    'atob',
    'CompressionStream',
    'DecompressionStream',
    'Response',
  ],
]

main().then(() => console.log('ok'))

async function main() {
  const handedIn = Object.fromEntries(HOST_GLOBALS.map((name) => [name, globalThis[name]]))
  const context = vm.createContext(handedIn, { codeGeneration: { strings: false, wasm: true } })
  const inside = {
    omnicache: requireIn(context, require.resolve('omnicache')),
    testing: requireIn(context, require.resolve('omnicache/testing')),
  }
  const { work } = await import('./work.mjs')
  await work(inside.omnicache, inside.testing)
  // The other way round: the package of this realm, given what was made in another one.
  await work(require('omnicache'), require('omnicache/testing'))
  await foreignValues(context)
}

/** CommonJS in a context: as `require`, with a cache of modules for this context. */
function requireIn(context, file, modules = new Map()) {
  const known = modules.get(file)
  if (known !== undefined) return known.exports
  const module = { exports: vm.runInContext('({})', context) }
  modules.set(file, module)
  const wrapped = `(function (exports, require, module) {${readFileSync(file, 'utf8')}\n})`
  const resolve = createRequire(file).resolve
  const inner = (name) => requireIn(context, resolve(name), modules)
  vm.runInContext(wrapped, context, { filename: file })(module.exports, inner, module)
  return module.exports
}

/** Values whose classes are another realm's: `instanceof` knows none of them. */
async function foreignValues(context) {
  const { CacheManager } = require('omnicache')
  const value = vm.runInContext(
    `({ when: new Date(5), map: new Map([['a', new Set([1])]]), bytes: Uint8Array.of(1, 2), list: [1, { a: null }],
        error: new RangeError('no'), big: 5n, pattern: /a/g })`,
    context,
  )
  const cache = new CacheManager({ regions: { packed: { store: 'packed' } } })
  await cache.set('packed', 'key', value)
  const back = await cache.get('packed', 'key')
  const found = [
    ...[back.when.getTime(), back.map.get('a').has(1), back.bytes[1], back.list[1].a, back.error.message, back.big],
    back.pattern.source,
  ]
  if (String(found) !== String([5, true, 2, null, 'no', 5n, 'a'])) throw new Error(`it came back as ${found}`)
  const many = vm.runInContext(`new Map([['a', 1], ['b', 2]])`, context)
  if ((await cache.setMany('packed', many)) !== 2) throw new Error('a Map of another realm was not taken')
  const options = vm.runInContext(`({ ttl: '1h', tags: ['t'] })`, context)
  if (!(await cache.set('packed', 'c', 3, options))) throw new Error('options of another realm were not taken')
  await cache.close()
}
