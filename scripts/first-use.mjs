// @ts-check
/**
 * `npm run first-use`: what the first use of a cache costs on Node, beyond an empty start. Processes that use one and
 * processes that do nothing run in turns; of the times of each the least is compared, and the median. It needs dist/.
 *
 *   npm run first-use -- 101   so many of each
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { needDist, ROOT } from './lib/packages.mjs'

needDist()

const rounds = Number(process.argv[2] ?? 41)

const FIRST = "const memory = new MemoryCache({ max: 10 })\nmemory.set('key', 'value')\nmemory.get('key')"
const TIERED =
  "const cache = new CacheManager()\nawait cache.set('metrics', 'key', 1)\nawait cache.get('metrics', 'key')"
const dist = (/** @type {string} */ name) => join(ROOT, 'dist', name)
const imported = (/** @type {string} */ name) => JSON.stringify(pathToFileURL(dist(name)).href)
const required = (/** @type {string} */ name) => `require(${JSON.stringify(dist(name))})`

/** Programs by their files. The first does nothing. */
const PROGRAMS = {
  'empty.mjs': '',
  'memory.mjs': `import { MemoryCache } from ${imported('memory.js')}\n${FIRST}`,
  'memory.cjs': `const { MemoryCache } = ${required('memory.cjs')}\n${FIRST}`,
  'manager.mjs': `import { CacheManager } from ${imported('index.js')}\n${TIERED}`,
  'manager.cjs': `const { CacheManager } = ${required('index.cjs')}\n;(async () => {\n${TIERED}\n})()`,
}

const folder = mkdtempSync(join(tmpdir(), 'omnicache-first-use-'))
try {
  for (const [file, source] of Object.entries(PROGRAMS)) writeFileSync(join(folder, file), told(source))
  /** @type {Map<string, { wall: number[], cpu: number[], own: number[] }>} */
  const times = new Map(Object.keys(PROGRAMS).map((file) => [file, { wall: [], cpu: [], own: [] }]))
  for (let round = 0; round < rounds; round++) {
    for (const [file, { wall, cpu, own }] of times) {
      const began = performance.now()
      const { stdout, status } = spawnSync(process.execPath, [join(folder, file)], { encoding: 'utf8' })
      wall.push(performance.now() - began)
      if (status !== 0) throw new Error(`${file} ended with ${status}`)
      const figures = JSON.parse(stdout)
      cpu.push(figures.cpu)
      own.push(figures.own)
    }
  }
  print(times)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The program, which tells at its end how much processor time it took, and when that was. @param {string} source */
function told(source) {
  const tell = [
    "process.once('exit', () => {",
    '  const { user, system } = process.cpuUsage()',
    '  console.log(JSON.stringify({ cpu: (user + system) / 1000, own: performance.now() }))',
    '})',
  ]
  return `${source}\n${tell.join('\n')}\n`
}

/** @param {Map<string, { wall: number[], cpu: number[], own: number[] }>} times */
function print(times) {
  const [empty] = times.values()
  if (empty === undefined) return
  console.log(`ms beyond an empty start, which takes ${least(empty.wall).toFixed(1)}: least and median of ${rounds}`)
  console.log(
    `${'program'.padEnd(12)}${['wall', 'own clock', 'processor'].map((title) => title.padStart(16)).join('')}`,
  )
  for (const [file, { wall, own, cpu }] of [...times].slice(1)) {
    const cells = [
      [wall, empty.wall],
      [own, empty.own],
      [cpu, empty.cpu],
    ].map(([all = [], none = []]) => {
      const over = [least(all) - least(none), median(all) - median(none)]
      return over.map((ms) => ms.toFixed(1).padStart(8)).join('')
    })
    console.log(`${file.padEnd(12)}${cells.join('')}`)
  }
}

/** @param {readonly number[]} values */
function least(values) {
  return Math.min(...values)
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
