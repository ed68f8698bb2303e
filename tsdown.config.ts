import { defineConfig } from 'tsdown'

/** One bundle per public entry, as ESM and CommonJS, with types for both. */
export default defineConfig({
  entry: {
    index: 'js/index.ts',
    memory: 'js/memory/index.ts',
    redis: 'js/tiers/redis/index.ts',
    indexeddb: 'js/tiers/indexeddb.ts',
  },
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  outDir: 'dist',
  dts: true,
  clean: true,
  external: ['ioredis', 'redis', 'idb', /^msgpackr/],
})
