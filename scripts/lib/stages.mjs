// @ts-check
/** What `npm test` runs, in order: quick checks first, then Rust, then TypeScript, then the whole. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cargoCounts, counts, sentenceCounts, vitestCounts } from './counts.mjs'
import { ROOT } from './packages.mjs'
import { PYTHON } from './python.mjs'
import { WASM_TARGET } from './rust.mjs'

/**
 * @typedef {object} Stage
 * @property {string} id What `--only` calls it.
 * @property {string} title
 * @property {readonly import('./setup.mjs').NeedName[]} needs
 * @property {number} limitMinutes
 * @property {readonly (readonly [string, ...string[]])[]} commands Each runs, whether or not the one before failed.
 * @property {Record<string, string>} [env]
 * @property {(output: string, ok: boolean) => import('./counts.mjs').Counts} count
 */

/** Where each stage leaves all it said, and vitest its reports. */
export const LOGS = join(ROOT, 'target', 'test-logs')

const WASM = ['--target', WASM_TARGET]

/** A stage that is right or wrong as a whole counts as one test. @type {Stage['count']} */
const asOne = (_output, ok) => (ok ? counts(1) : counts(0, 1))

/** @param {string} name A program of an npm package. */
const bin = (name) => join(ROOT, 'node_modules', '.bin', name)

/** @param {string} name */
const script = (name) => join(ROOT, 'scripts', name)

/**
 * @param {string} project
 * @param {string} title
 * @param {Pick<Stage, 'needs' | 'limitMinutes'>} more
 * @returns {Stage}
 */
function vitest(project, title, more) {
  const report = join(LOGS, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  return {
    id: project,
    title,
    ...more,
    commands: [[bin('vitest'), 'run', '--project', project, ...reporters]],
    count: () => vitestCounts(readFileSync(report, 'utf8')),
  }
}

/** @type {readonly Stage[]} */
export const STAGES = [
  {
    id: 'format',
    title: 'Formatting and lint of Rust and TypeScript',
    needs: ['npm', 'rust'],
    limitMinutes: 2,
    commands: [
      ['cargo', 'fmt', '--all', '--check'],
      ['cargo', 'fmt', '--manifest-path', 'fuzz/Cargo.toml', '--check'],
      [bin('biome'), 'ci', '--error-on-warnings', '.'],
    ],
    count: asOne,
  },
  {
    id: 'types',
    title: 'TypeScript types',
    needs: ['npm', 'bench'],
    limitMinutes: 5,
    commands: [[bin('tsc'), '--noEmit', '-p', '.']],
    count: asOne,
  },
  vitest('rules', 'Rules of the house', { needs: ['npm'], limitMinutes: 3 }),
  {
    id: 'supply',
    title: 'Licences, sources and bans of the crates',
    needs: ['rust', 'cargoDeny'],
    limitMinutes: 2,
    commands: [['cargo', 'deny', '--locked', 'check', 'bans', 'licenses', 'sources']],
    count: asOne,
  },
  {
    id: 'clippy',
    title: 'Clippy, native',
    needs: ['rust'],
    limitMinutes: 15,
    commands: [['cargo', 'clippy', '--locked', '--workspace', '--all-targets', '--', '-D', 'warnings']],
    count: asOne,
  },
  {
    id: 'clippy-wasm',
    title: 'Clippy, wasm32',
    needs: ['rust', 'wasm'],
    limitMinutes: 10,
    commands: [
      ['cargo', 'clippy', '--locked', '--all-targets', ...WASM, '--', '-D', 'warnings'],
      ['cargo', 'clippy', '--locked', '--lib', '--no-default-features', ...WASM, '--', '-D', 'warnings'],
    ],
    count: asOne,
  },
  {
    id: 'rust',
    title: 'Rust tests, native',
    needs: ['rust'],
    limitMinutes: 15,
    commands: [['cargo', 'test', '--locked', '--no-fail-fast']],
    count: cargoCounts,
  },
  {
    id: 'fuzz',
    title: 'Fuzzing the core, a minute altogether',
    needs: ['rust', 'cargoFuzz'],
    limitMinutes: 15,
    commands: [['node', script('fuzz.mjs'), '--minutes', '1']],
    count: sentenceCounts,
  },
  {
    id: 'rustdoc',
    title: 'Rust documentation',
    needs: ['rust'],
    limitMinutes: 10,
    commands: [['cargo', 'doc', '--locked', '--no-deps']],
    env: { RUSTDOCFLAGS: '-D warnings' },
    count: asOne,
  },
  {
    id: 'wasm',
    title: 'Rust tests, wasm32 in Node',
    needs: ['rust', 'wasm', 'runner'],
    limitMinutes: 15,
    commands: [['cargo', 'test', '--locked', '--no-fail-fast', ...WASM, '--test', 'wasm']],
    count: cargoCounts,
  },
  {
    id: 'pkg',
    title: 'pkg/ matches the Rust sources',
    needs: [],
    limitMinutes: 1,
    commands: [['node', script('build.mjs'), '--check']],
    count: asOne,
  },
  {
    id: 'dist',
    title: 'Bundles and their types',
    needs: ['npm'],
    limitMinutes: 5,
    commands: [['node', script('build.mjs'), '--dist']],
    count: asOne,
  },
  vitest('unit', 'TypeScript tests', { needs: ['npm'], limitMinutes: 10 }),
  {
    id: 'wire-format',
    title: 'The wire format, read by a reader in Python',
    needs: ['python'],
    limitMinutes: 2,
    commands: [
      [PYTHON, join(ROOT, 'tests', 'wire-format', 'check.py'), join(ROOT, 'tests', 'fixtures', 'wire-format', 'v1')],
    ],
    env: { PYTHONDONTWRITEBYTECODE: '1' },
    count: sentenceCounts,
  },
  vitest('simulation', 'Many processes, simulated with faults', { needs: ['npm'], limitMinutes: 10 }),
  vitest('traces', 'Hit ratios on real traces', { needs: ['npm'], limitMinutes: 10 }),
  vitest('redis', 'Redis, a real server', { needs: ['npm', 'redis'], limitMinutes: 10 }),
  vitest('runtimes', 'Tiers in the runtimes that have them', { needs: ['npm', 'runtimes'], limitMinutes: 10 }),
  vitest('browser', 'IndexedDB, a real browser', { needs: ['npm', 'chromium'], limitMinutes: 10 }),
  vitest('docs', 'Examples in README and docs', { needs: ['npm'], limitMinutes: 5 }),
  {
    id: 'package',
    title: 'The package, installed in an empty folder',
    needs: ['npm'],
    limitMinutes: 5,
    commands: [['node', script('package-smoke.mjs')]],
    count: sentenceCounts,
  },
  {
    id: 'packaging',
    title: 'The package in the runtimes that it is for',
    needs: ['npm', 'runtimes'],
    limitMinutes: 15,
    commands: [['node', script('packaging.mjs')]],
    count: sentenceCounts,
  },
  {
    id: 'sizes',
    title: 'What users download',
    needs: ['npm'],
    limitMinutes: 2,
    commands: [['node', script('sizes.mjs')]],
    count: sentenceCounts,
  },
  {
    id: 'demo',
    title: 'The demo, a short run',
    needs: ['npm'],
    limitMinutes: 3,
    commands: [['node', script('demo.mjs'), '--requests', '2000']],
    count: asOne,
  },
]
