import { defineConfig } from 'vitest/config'

const REDIS = ['tests/redis/**/*.test.ts', 'tests/contract/**/*redis*.test.ts']
const BROWSER = ['tests/browser/**/*.test.ts']
const RULES = ['tests/lint/**/*.test.ts']
const DOCS = ['tests/docs/**/*.test.ts']
const SIMULATION = ['tests/simulation/**/*.test.ts']
const TRACES = ['tests/traces/**/*.test.ts']
const RUNTIMES = ['tests/runtimes/**/*.test.ts']
/** Projects of their own, with packages that have tests too. */
const PACKAGING = ['tests/packaging/**']

/** Property tests are the same every time. */
const setupFiles = ['tests/helpers/property-seed.ts']

export default defineConfig({
  test: {
    /** What `npm run coverage` measures: all of the TypeScript layer but files that only re-export. */
    coverage: {
      provider: 'v8',
      include: ['js/**/*.ts'],
      exclude: ['js/**/index.ts', 'js/entries/**'],
      reporter: ['json-summary', 'html'],
      reportOnFailure: true,
      reportsDirectory: 'coverage/js',
    },
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles,
          include: ['tests/**/*.test.ts'],
          exclude: [...REDIS, ...BROWSER, ...RULES, ...DOCS, ...SIMULATION, ...TRACES, ...RUNTIMES, ...PACKAGING],
          testTimeout: 20_000,
        },
      },
      { test: { name: 'rules', setupFiles, include: RULES, testTimeout: 20_000 } },
      { test: { name: 'simulation', include: SIMULATION, testTimeout: 300_000 } },
      { test: { name: 'traces', setupFiles, include: TRACES, testTimeout: 120_000, hookTimeout: 120_000 } },
      // Other runtimes, in processes of their own, which take a while to start.
      { test: { name: 'runtimes', setupFiles, include: RUNTIMES, testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'docs', setupFiles, include: DOCS, testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'redis',
          setupFiles,
          include: REDIS,
          // They start, kill and freeze servers: a busy machine must not look like a slow server.
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'browser',
          setupFiles,
          include: BROWSER,
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
