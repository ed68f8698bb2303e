// @ts-check
/**
 * Packs the package, installs it in an empty folder as a user would, and uses it there: as ES
 * modules, as CommonJS, with its types, and its program. It needs dist/ (`npm run build -- --dist`).
 */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { build } from 'esbuild'
import { counts, sentence, sum } from './lib/counts.mjs'
import { ROOT } from './lib/packages.mjs'
import { run } from './lib/process.mjs'

const LIMIT_MS = 2 * 60_000

/** What a program does first; `import` or `require` comes before it. */
const USE = `
const strictEqual = (a, b) => { if (a !== b) throw new Error(String(a) + ' is not ' + String(b)) }
const memory = new MemoryCache({ max: 10 })
memory.set('key', 'value')
strictEqual(memory.get('key'), 'value')
const cache = new CacheManager()
strictEqual(await cache.set(CacheType.GENERATION_STATUS, 'trace-123', { progress: 50 }), true)
strictEqual((await cache.get(CacheType.GENERATION_STATUS, 'trace-123'))?.progress, 50)
await cache.close()
`
const NAMES = '{ CacheManager, CacheType, MemoryCache, getCacheManager }'

/** Programs that must end by themselves with exit code 0, by the file that they are in. */
const PROGRAMS = {
  'esm.mjs': `import ${NAMES} from 'omnicache'\n${USE}`,
  'cjs.cjs': `const ${NAMES} = require('omnicache')\n;(async () => {${USE}})()`,
  'one-manager.cjs': [
    "const here = require('omnicache').getCacheManager()",
    "import('omnicache').then(({ getCacheManager }) => {",
    "  if (getCacheManager() !== here) throw new Error('ES modules and CommonJS each have a manager of their own')",
    '  return here.close()',
    '})',
  ].join('\n'),
  'slim.mjs': `import { readFileSync } from 'node:fs'
import { init, ${NAMES.slice(2)} from 'omnicache/slim'
init(readFileSync(new URL(import.meta.resolve('omnicache/core.wasm'))))
${USE}`,
  'slim.cjs': `const { init, ${NAMES.slice(2)} = require('omnicache/slim')
init(new WebAssembly.Module(require('node:fs').readFileSync(require.resolve('omnicache/core.wasm'))))
;(async () => {${USE}})()`,
  'contract.test.mjs': `import { after, before, describe, it } from 'node:test'
import { driverContract, driverFailures, FakeClock, memoryDriver } from 'omnicache/testing'
const make = async () => {
  const clock = new FakeClock()
  return { driver: memoryDriver({ clock }), elapse: (ms) => clock.advance(ms) }
}
driverContract({ describe, it, beforeAll: before, afterAll: after }, 'memory', make)
it('finds nothing wrong', async () => {
  const failures = await driverFailures(make)
  if (failures.length > 0) throw new Error(String(failures[0].case))
})`,
}

/** A consumer's program, type-checked without Node's types and without `skipLibCheck`. */
const TYPED = `import { CacheManager, CacheType, MemoryCache } from 'omnicache'
import { ChaosDriver, FakeClock, memoryDriver } from 'omnicache/testing'
const memory = new MemoryCache<string>({ max: 10 })
export const text: string | undefined = memory.get('key')
const cache = new CacheManager({ regions: { sessions: { ttl: '30m' } } })
export const stored: Promise<boolean> = cache.set(CacheType.METRICS, 'key', 1)
export const broken = new CacheManager({ clock: new FakeClock(), l2: new ChaosDriver(memoryDriver()) })
export const session: Promise<{ user: string } | undefined> = cache.region<{ user: string }>('sessions').get('u1')
`

/** The keys 0 to 9, ten times, one a line. */
const PACKED = {
  'trace.zst': 'KLUv/QRo3QAAoDAKMQoyCjMKNAo1CjYKNwo4CjkKAQBiR00mpbtavA==',
  'trace.xz':
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ADHABpdABgCgmi12UuzNxy2Ehcivi+KbkJs/ShJvAAAAAAA2AF1cYb/B+0AATbIAQAAABL0r3CxxGf7AgAAAAAEWVo=',
}

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: 'ES2022',
    module: 'NodeNext',
    lib: ['ES2023', 'DOM', 'ESNext.Disposable'],
    types: [],
  },
  include: ['*.mts', '*.cts'],
}

/** What a runtime does that compiles nothing from bytes: an import of WebAssembly is a module. @type {import('esbuild').Plugin} */
const WASM_MODULES = {
  name: 'wasm-modules',
  setup({ onResolve, onLoad }) {
    const path = (/** @type {string} */ specifier) => specifier.replace(/\?module$/, '')
    onResolve({ filter: /\.wasm(\?module)?$/ }, (found) => ({ path: join(found.resolveDir, path(found.path)) }))
    onLoad({ filter: /\.wasm$/ }, ({ path: file }) => ({
      contents: `export default new WebAssembly.Module(require('node:fs').readFileSync(${JSON.stringify(file)}))`,
    }))
  },
}

const folder = mkdtempSync(join(tmpdir(), 'omnicache-package-'))
/** @type {import('./lib/counts.mjs').Counts[]} */
const results = []
try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
  const total = sum(results)
  console.log(sentence(total))
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0
}

async function main() {
  const tarball = await check('it can be packed', pack)
  if (tarball === undefined) return
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  if (!(await check('it installs in an empty folder', () => npm(['install', '--no-audit', '--no-fund', tarball]))))
    return

  const installed = join(folder, 'node_modules', 'omnicache')
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  await check('publint has nothing to say', () => lint(tarball))
  await check('each way to import it has its types', () => typesResolve(tarball))
  await check("a browser's bundle has neither Redis nor Node in it", suitsBrowsers)
  for (const condition of ['workerd', 'edge-light']) {
    await check(`under ${condition} it imports its WebAssembly`, () => importsItsCore(condition))
  }
  await check('it brings no optional peer along', () => bringsOnly(manifest))
  await check('what the manifest names is there', () => namedFilesExist(installed, manifest))
  await check('tests, sources of the core and caches stay at home', () => staysAtHome(installed))
  for (const path of Object.keys(manifest.exports ?? {}).filter((key) => !key.includes('.', 1))) {
    const name = `omnicache${path.slice(1)}`
    await check(`${name}: import and require give the same names`, () => sameNames(name))
  }
  for (const [file, source] of Object.entries(PROGRAMS)) {
    await check(`${file} runs and ends by itself`, () => {
      writeFileSync(join(folder, file), source)
      return command(process.execPath, [file])
    })
  }
  await check('its program simulates what it is given', simulates)
  await check('its types serve ES modules and CommonJS', typeChecks)
}

/**
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} body Throws where it is not so.
 * @returns {Promise<T | undefined>}
 */
async function check(name, body) {
  try {
    const value = await body()
    results.push(counts(1))
    console.log(`ok      ${name}`)
    return value
  } catch (error) {
    results.push(counts(0, 1))
    console.log(`failed  ${name}\n${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** Runs a command in the empty folder; answers its output. @param {string} name @param {readonly string[]} args */
async function command(name, args, cwd = folder) {
  const { ok, output, timedOut } = await run(name, args, { cwd, limitMs: LIMIT_MS })
  if (!ok) throw new Error(`${output}${timedOut ? '(did not end)' : ''}`)
  return output || 'done'
}

/** @param {readonly string[]} args */
function npm(args, cwd = folder) {
  return command('npm', ['--loglevel=error', '--prefer-offline', ...args], cwd)
}

async function pack() {
  await npm(['pack', '--ignore-scripts', '--pack-destination', folder], ROOT)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  return join(folder, tarball)
}

/** @param {string} tarball */
async function lint(tarball) {
  await command(join(ROOT, 'node_modules', '.bin', 'publint'), ['run', tarball, '--strict'])
}

/**
 * By a resolver that knows `exports`: those that do not cannot load the subpaths either.
 *
 * @param {string} tarball
 */
async function typesResolve(tarball) {
  const packed = createPackageFromTarballData(readFileSync(tarball))
  const result = await checkPackage(packed, { excludeEntrypoints: ['./core.wasm', './package.json'] })
  if (!result.types) throw new Error('it has no types')
  const found = result.problems.filter(
    (problem) => !('resolutionKind' in problem) || problem.resolutionKind !== 'node10',
  )
  if (found.length > 0) throw new Error(JSON.stringify(found, null, 2))
}

/** What a bundler makes of an import for a page: all of it in one file. */
async function suitsBrowsers() {
  const { outputFiles, metafile } = await build({
    stdin: { contents: "export * from 'omnicache'\nexport * from 'omnicache/memory'", resolveDir: folder },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  })
  const wrong = [
    ...Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => `an import of ${path}`)),
    ...Object.keys(metafile.inputs).filter((path) => /redis/.test(path) && !path.endsWith('/redis.browser.js')),
    ...(/evalsha|from ?["']node:|require\(/i.exec(outputFiles[0]?.text ?? '') ?? []),
  ]
  if (wrong.length > 0) throw new Error(`in it: ${wrong.join(', ')}`)
}

/** Both entries with a core, each with its own, live and packed. @param {string} condition */
async function importsItsCore(condition) {
  const uses = ['omnicache', 'omnicache/memory'].map(
    (name, index) => `import { MemoryCache as M${index} } from '${name}'
for (const store of ['live', 'packed']) {
  const memory = new M${index}({ maxBytes: '100KB', store })
  memory.set('key', { value: 1 })
  if (memory.get('key').value !== 1) throw new Error('${name}, ' + store)
}`,
  )
  const { metafile } = await build({
    stdin: { contents: uses.join('\n'), resolveDir: folder },
    outfile: join(folder, `${condition}.cjs`),
    bundle: true,
    metafile: true,
    format: 'cjs',
    platform: 'node',
    conditions: [condition],
    mainFields: ['module', 'main'],
    external: ['idb', 'ioredis', 'redis'],
    logLevel: 'silent',
    plugins: [WASM_MODULES],
  })
  const cores = Object.keys(metafile.inputs).filter((path) => path.endsWith('.wasm'))
  if (cores.length !== 2) throw new Error(`its cores are ${cores.join(', ') || 'none'}`)
  await command(process.execPath, [`${condition}.cjs`])
}

/** @param {{ peerDependencies?: Record<string, string> }} manifest */
function bringsOnly({ peerDependencies = {} }) {
  const there = Object.keys(peerDependencies).filter((name) => existsSync(join(folder, 'node_modules', name)))
  if (there.length > 0) throw new Error(`installed along: ${there.join(', ')}`)
}

/** @param {string} installed @param {{ exports?: unknown, main?: string, types?: string }} manifest */
function namedFilesExist(installed, { exports, main, types }) {
  const named = [...files(exports), ...files(main), ...files(types)]
  if (named.length === 0) throw new Error('the manifest names no file at all')
  const missing = named.filter((file) => !existsSync(join(installed, file)))
  if (missing.length > 0) throw new Error(`not in the tarball: ${missing.join(', ')}`)
}

/** All paths in an `exports` value. @param {unknown} value @returns {string[]} */
function files(value) {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(files) : []
}

/** @param {string} installed */
function staysAtHome(installed) {
  const top = readdirSync(installed)
  const foreign = top.filter((name) => /^(tests?|src|target|demo|coverage|node_modules|\..*)$/.test(name))
  if (foreign.length > 0) throw new Error(`in the tarball: ${foreign.join(', ')}`)
  // What README and its tables link to, and nothing that runs.
  const programs = readdirSync(join(installed, 'bench')).filter((name) => !name.endsWith('.md'))
  if (programs.length > 0) throw new Error(`in the tarball: bench/${programs.join(', bench/')}`)
  for (const name of ['LICENSE', 'README.md', 'docs', 'THIRD-PARTY-NOTICES.md']) {
    if (!top.includes(name)) throw new Error(`not in the tarball: ${name}`)
  }
}

/** @param {string} name A subpath of the package. */
async function sameNames(name) {
  const namesOf = (/** @type {string} */ module) => `console.log(Object.keys(${module}).sort().join(' '))`
  const esm = await command(process.execPath, ['--input-type=module', '-e', namesOf(`await import('${name}')`)])
  const cjs = await command(process.execPath, ['--input-type=commonjs', '-e', namesOf(`require('${name}')`)])
  if (esm.trim() === '') throw new Error('it exports nothing')
  if (esm !== cjs) throw new Error(`import: ${esm}require: ${cjs}`)
}

/** By the name that npm puts on the path, on a trace that is packed by each packer it reads. */
async function simulates() {
  const lines = Array.from({ length: 100 }, (_, i) => `${i % 10}\n`).join('')
  writeFileSync(join(folder, 'trace.gz'), gzipSync(lines))
  for (const [name, base64] of Object.entries(PACKED)) writeFileSync(join(folder, name), Buffer.from(base64, 'base64'))
  for (const name of ['trace.gz', ...Object.keys(PACKED)]) {
    const output = await npm(['exec', '--offline', '--', 'omnicache', 'simulate', name, '--sizes=10', '--json'])
    const cells = output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
    if (cells.length === 0 || cells.some(({ hits }) => hits !== 90)) throw new Error(`${name}: ${output}`)
  }
}

async function typeChecks() {
  writeFileSync(join(folder, 'typed.mts'), TYPED)
  writeFileSync(join(folder, 'typed.cts'), TYPED)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  await command(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', '.'])
}
