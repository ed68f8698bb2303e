// @ts-check
/** Node in all its versions, what runs inside of it, and TypeScript. */

import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { which } from '../../../scripts/lib/process.mjs'
import { typeCells } from './types.mjs'

/** @typedef {import('../../../scripts/lib/cells.mjs').Bench} Bench */
/** @typedef {import('../../../scripts/lib/cells.mjs').Cell} Cell */

/** Forbids `eval` and `new Function`, as hardened deployments do. */
const NO_EVAL = '--disallow-code-generation-from-strings'

/** @param {Bench} t @param {number} major */
const nodeOf = (t, major) => t.installed(`node${major}/bin/node`)

/** @param {number} major @returns {Cell['version']} */
const nodeVersion = (major) => (t) => {
  const node = nodeOf(t, major)
  return node && t.exec(node, ['--version'])
}

/**
 * @param {number} major
 * @param {string} name
 * @param {string} what
 * @param {readonly string[]} args
 * @returns {Cell}
 */
function onNode(major, name, what, args) {
  return {
    id: `node-${major}-${name}`,
    runtime: 'Node',
    what,
    version: nodeVersion(major),
    run: (t) => t.check(t.program(`node${major}/bin/node`), args),
  }
}

/** @param {string} name @returns {Cell['version']} The version of an installed package. */
const packageVersion = (name) => (t) => {
  const manifest = t.installed(`${name}/package.json`)
  return manifest && JSON.parse(readFileSync(manifest, 'utf8')).version
}

/** The Node that test runners are run with. */
const HOST = 22

/** Runners of tests, as hosts. @type {readonly Cell[]} */
const runners = [
  {
    id: 'vitest',
    runtime: 'vitest',
    what: 'a test file, in worker threads and in VM threads',
    version: packageVersion('vitest'),
    run: async (t) => {
      for (const pool of ['threads', 'vmThreads']) {
        const args = ['run', `--pool=${pool}`, '--root', t.project, '--dir', 'runners', 'host.test.mjs']
        const output = await t.exec(t.program(`node${HOST}/bin/node`), [t.program('vitest/vitest.mjs'), ...args])
        if (!/Tests +2 passed/.test(output)) throw new Error(output)
      }
    },
  },
  .../** @type {const} */ ([
    ['cjs', 'a test file that requires it, in a context of its own', 'host.test.cjs', []],
    ['esm', 'a test file that imports it, in a context of its own', 'host.test.mjs', ['--experimental-vm-modules']],
  ]).map(
    /** @returns {Cell} */ ([name, what, file, flags]) => ({
      id: `jest-${name}`,
      runtime: 'jest',
      what,
      version: packageVersion('jest'),
      run: async (t) => {
        const config = t.write(
          'jest.config.json',
          JSON.stringify({
            rootDir: t.project,
            roots: [`${t.project}/runners`],
            testMatch: [`**/${file}`],
            testEnvironment: 'node',
            transform: {},
            cacheDirectory: `${t.folder}/cache`,
          }),
        )
        const args = [...flags, t.program('jest/bin/jest.js'), '--runInBand', '--config', config]
        const output = await t.exec(t.program(`node${HOST}/bin/node`), args)
        if (!/Tests: +2 passed/.test(output)) throw new Error(output)
      },
    }),
  ),
]

/** @type {Cell} */
const edge = {
  id: 'edge-runtime',
  runtime: "Vercel's edge-runtime",
  what: 'a handler of requests, bundled by esbuild for `edge-light`',
  version: packageVersion('edge-runtime'),
  run: (t) => {
    const env = { EDGE_RUNTIME: dirname(t.program('edge-runtime/package.json')), SCRATCH: t.folder }
    return t.check(t.program(`node${HOST}/bin/node`), ['edge/host.mjs'], { env })
  },
}

/** @type {Cell} */
const example = {
  id: 'example-node-redis',
  runtime: 'Redis',
  what: 'the example [node-redis](../examples/node-redis), two processes of it; Redis dies and comes back',
  version: async (t) => {
    const server = process.env.REDIS_SERVER ?? which('redis-server')
    return server && /v=(\S+)/.exec(await t.exec(server, ['--version']))?.[1]
  },
  run: (t) => t.check(process.execPath, ['example.mjs', t.example('node-redis', ['ioredis'])]),
}

/** @type {import('../../../scripts/lib/cells.mjs').Group} */
export const node = {
  id: 'node',
  title: 'Node, test runners, TypeScript',
  own: ['esbuild', 'vitest'],
  places: ['tests/runtimes'],
  examples: ['node-redis'],
  cells: [
    ...[20, 22, 24, 26].flatMap((major) => [
      onNode(major, 'esm', 'ES modules, without `eval`', [NO_EVAL, 'esm.mjs']),
      onNode(major, 'cjs', 'CommonJS, without `eval`', [NO_EVAL, 'cjs.cjs']),
    ]),
    ...[20, 26].flatMap((major) => [
      onNode(major, 'workers', 'worker threads, several at once, ended in the middle', ['threads.mjs']),
      onNode(major, 'vm', 'a `vm` context, and values of another realm', [NO_EVAL, 'context.cjs']),
      onNode(major, 'refusals', 'what cannot work there says what can', ['refusals.mjs']),
    ]),
    ...runners,
    edge,
    ...typeCells,
    example,
  ],
}
