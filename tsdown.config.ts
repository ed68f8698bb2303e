import { defineConfig } from 'tsdown'

const common = {
  entry: {
    index: 'js/index.ts',
    memory: 'js/memory/index.ts',
    redis: 'js/tiers/redis/index.ts',
    indexeddb: 'js/tiers/indexeddb.ts',
  },
  format: ['esm', 'cjs'] as ('esm' | 'cjs')[],
  platform: 'neutral' as const,
  target: 'es2022',
  outDir: 'dist',
  deps: { neverBundle: ['ioredis', 'redis', 'idb'] },
}

/**
 * One bundle per public entry, as ESM and CommonJS, then the types for both. The types have a
 * pass of their own: in one with the code, the core's glue would be taken for its declarations.
 */
export default defineConfig([
  { ...common, dts: false, clean: true },
  { ...common, dts: { emitDtsOnly: true }, clean: false },
])
