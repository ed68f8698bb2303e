import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'tsdown'
import { wordless } from './scripts/lib/wordless.mjs'

const entry = {
  index: 'js/index.ts',
  redis: 'js/tiers/redis/index.ts',
  indexeddb: 'js/tiers/indexeddb.ts',
  sqlite: 'js/tiers/sqlite.ts',
  upstash: 'js/tiers/upstash.ts',
  'cloudflare-kv': 'js/tiers/cloudflare-kv.ts',
  'cache-api': 'js/tiers/cache-api.ts',
  unstorage: 'js/tiers/unstorage.ts',
  'deno-kv': 'js/tiers/deno-kv.ts',
  testing: 'js/testing/index.ts',
}

const memory = { memory: 'js/memory/index.ts' }
const slim = { slim: 'js/entries/slim.ts' }
const index = { index: entry.index }

/** What a bundle for browsers has in place of `redis`, by the field `browser` of package.json. */
const inBrowsers = { 'redis.browser': 'js/tiers/redis/none.ts' }

const common = {
  platform: 'neutral' as const,
  target: 'es2022',
  outDir: 'dist',
  dts: false,
  clean: false,
  deps: { neverBundle: ['ioredis', 'redis', 'idb'] },
}

interface Parts {
  /** The module of js/core that loads the core. Default: the one that has it inlined. */
  readonly loader?: string
  /** Which core: `omnicache/memory` has one of its own. */
  readonly core?: 'core' | 'memory'
  /** What imports of the core's WebAssembly are to say behind its name. */
  readonly query?: string
  /** Where the tier in Redis is, which is the same for all. */
  readonly redis?: string
}

const PKG = join(import.meta.dirname, 'pkg')
const INLINED = '\0inlined.js'

/** Builds the same sources around other parts. */
function around({ loader = 'load-bundled.ts', core = 'core', query = '', redis }: Parts = {}) {
  return {
    name: 'around',
    resolveId(source: string) {
      if (source.endsWith('/load-inline.ts')) return join(import.meta.dirname, 'js', 'core', loader)
      if (source.endsWith('/pkg/core.wasm?hex')) return INLINED
      if (source.includes('/pkg/core.wasm')) return { id: `../${core}.wasm${query}`, external: true }
      if (core === 'memory' && source.endsWith('/pkg/glue.js')) return join(PKG, 'memory-glue.js')
      if (redis !== undefined && source.endsWith('/tiers/redis/index.ts')) return { id: redis, external: true }
      return undefined
    },
    transform(this: { parse(code: string, options: object): unknown }, code: string, id: string) {
      return wordless(id, code, (text) => this.parse(text, { lang: 'ts' }))
    },
    load(id: string) {
      if (id !== INLINED) return undefined
      return `export const hex = '${readFileSync(join(PKG, `${core}.wasm`)).toString('hex')}'`
    },
  }
}

/** Writes what is not ASCII as escapes: V8 reads a file of one byte a character in nine tenths of the time. */
const ascii = {
  name: 'ascii',
  generateBundle(_: unknown, bundle: Record<string, { code?: string | undefined }>) {
    for (const chunk of Object.values(bundle)) chunk.code = chunk.code?.replace(/[^\0-\x7f]/g, escaped)
  },
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Keeps what a pass for types makes beside them out of the package. */
const typesAlone = {
  name: 'types-alone',
  generateBundle(_: unknown, bundle: Record<string, unknown>) {
    for (const file of Object.keys(bundle)) if (!/\.d\.c?ts$/.test(file)) delete bundle[file]
  },
}

/** Bundles for runtimes that compile no WebAssembly from bytes, but import it. */
function importing(runtime: 'workerd' | 'edge-light', query: string) {
  const loader = `load-${runtime}.ts`
  const here = { ...common, outDir: `dist/${runtime}`, format: 'esm' as const }
  return [
    { ...here, entry: index, plugins: [around({ loader, query, redis: '../redis.js' }), ascii] },
    { ...here, entry: memory, plugins: [around({ loader, query, core: 'memory' }), ascii] },
  ]
}

/**
 * One bundle per public entry, as ESM and CommonJS; then the types for all. The types have a pass of their own: in one
 * with the code, the core's glue would be taken for its declarations. The program `omnicache` shares the core with the
 * entries in ESM.
 */
export default defineConfig([
  {
    ...common,
    entry: { ...entry, ...inBrowsers, cli: 'js/cli.ts' },
    // For the program, which names Node's modules; nothing else that is bundled does.
    platform: 'node',
    fixedExtension: false,
    format: 'esm',
    clean: true,
    plugins: [around(), ascii],
  },
  { ...common, entry: { ...entry, ...inBrowsers }, format: 'cjs', plugins: [around(), ascii] },
  { ...common, entry: memory, format: ['esm', 'cjs'], plugins: [around({ core: 'memory' }), ascii] },
  { ...common, entry: slim, format: 'esm', plugins: [around({ loader: 'load-slim.ts', redis: './redis.js' }), ascii] },
  { ...common, entry: slim, format: 'cjs', plugins: [around({ loader: 'load-slim.ts', redis: './redis.cjs' }), ascii] },
  ...importing('workerd', ''),
  ...importing('edge-light', '?module'),
  {
    ...common,
    entry: { ...entry, ...memory, ...slim },
    format: ['esm', 'cjs'],
    dts: { emitDtsOnly: true },
    plugins: [typesAlone],
  },
])
