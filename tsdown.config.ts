import { defineConfig } from 'tsdown'

const entry = {
  index: 'js/index.ts',
  memory: 'js/memory/index.ts',
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

const common = {
  platform: 'neutral' as const,
  target: 'es2022',
  outDir: 'dist',
  deps: { neverBundle: ['ioredis', 'redis', 'idb'] },
}

/**
 * One bundle per public entry, as ESM and CommonJS, then the types for both. The types have a
 * pass of their own: in one with the code, the core's glue would be taken for its declarations.
 * The program `omnicache` shares the core with the entries in ESM.
 */
export default defineConfig([
  {
    ...common,
    entry: { ...entry, cli: 'js/cli.ts' },
    // For the program, which names Node's modules; nothing else that is bundled does.
    platform: 'node',
    fixedExtension: false,
    format: 'esm',
    dts: false,
    clean: true,
  },
  { ...common, entry, format: 'cjs', dts: false, clean: false },
  { ...common, entry, format: ['esm', 'cjs'], dts: { emitDtsOnly: true }, clean: false },
])
