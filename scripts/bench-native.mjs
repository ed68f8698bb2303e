// @ts-check
/**
 * `npm run bench:native`: the policies of the core, compiled natively, beside other Rust caches
 * (bench/native), in time and, where valgrind is there, in instructions and cache misses. Prints
 * a table and writes it to bench/native.md; `--no-write` leaves the file as it is. With `--divan`
 * divan measures each by itself; what follows is passed on to it.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './lib/packages.mjs'

const TARGET = join(ROOT, 'target', 'native-bench')
const BINARY = join(TARGET, 'release', 'omnicache-bench-native')
const MANIFEST = ['--locked', '--manifest-path', join(ROOT, 'bench', 'native', 'Cargo.toml')]
const FILE = join('bench', 'native.md')

/** Ours are to need at most so many times quick_cache's time. */
const LIMIT = 1.2

/** The simulated caches: bytes, ways and line of the first level's two, and of the one behind. */
const CACHES = ['--I1=32768,8,64', '--D1=49152,12,64', '--LL=2097152,16,64']

/** @typedef {{ name: string, ours: boolean, time: number, ratio: number, hits: number }} Timed */
/** @typedef {{ instructions: number, near: number, far: number }} Counted */

/** @param {string} command @param {string[]} args @returns {string} what it printed */
function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
  return stdout
}

/** @param {string[]} args @returns {number} its exit code; what it prints is seen */
function cargo(args) {
  const env = { ...process.env, CARGO_TARGET_DIR: TARGET }
  return spawnSync('cargo', args, { stdio: 'inherit', env }).status ?? 1
}

/** @param {string} text @returns {string[][]} the fields of its lines */
function fields(text) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
}

/** @returns {Timed[]} */
function time() {
  return fields(run(BINARY, ['time'])).map(([name = '', ours, ...numbers]) => {
    const [time = 0, ratio = 0, hits = 0] = numbers.map(Number)
    return { name, ours: ours === '1', time, ratio, hits }
  })
}

/** What a request costs one contender, by callgrind. @param {string} name @returns {Counted} */
function count(name) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-native-'))
  try {
    const out = join(folder, 'callgrind')
    const counted = '--toggle-collect=*counted*'
    const tool = ['--tool=callgrind', '--cache-sim=yes', ...CACHES, counted]
    const printed = run('valgrind', [...tool, `--callgrind-out-file=${out}`, BINARY, 'count', name])
    const requests = Number(fields(printed)[0]?.[1])
    const lines = readFileSync(out, 'utf8').split('\n')
    const words = (/** @type {string} */ key) =>
      lines
        .find((line) => line.startsWith(key))
        ?.split(' ')
        .slice(1) ?? []
    const totals = words('totals: ').map(Number)
    const events = words('events: ')
    const sum = (/** @type {string[]} */ ...of) =>
      of.reduce((all, event) => all + (totals[events.indexOf(event)] ?? Number.NaN), 0) / requests
    return {
      instructions: sum('Ir'),
      near: sum('D1mr', 'D1mw'),
      far: sum('DLmr', 'DLmw'),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {Timed[]} timed @returns {Map<string, Counted> | undefined} none without valgrind */
function countAll(timed) {
  if (spawnSync('valgrind', ['--version']).status !== 0) return undefined
  return new Map(
    timed.map(({ name }) => {
      process.stderr.write(`counting ${name}\n`)
      return [name, count(name)]
    }),
  )
}

/** @param {Timed[]} timed @param {Map<string, Counted> | undefined} counted */
function table(timed, counted) {
  const base = counted?.get('quick_cache')
  const rows = timed
    .toSorted((a, b) => a.ratio - b.ratio)
    .map(({ name, ours, time, ratio, hits }) => {
      const its = counted?.get(name)
      const numbers =
        its && base
          ? [
              its.instructions.toFixed(0),
              (its.instructions / base.instructions).toFixed(2),
              its.near.toFixed(1),
              its.far.toFixed(2),
            ]
          : ['–', '–', '–', '–']
      const reached = ours ? (ratio <= LIMIT ? 'yes' : 'NO') : ''
      const share = `${(100 * hits).toFixed(1)} %`
      return [name, time.toFixed(1), ratio.toFixed(2), reached, ...numbers, share]
    })
  const head = ['cache', 'ns', 'to quick_cache', 'reached', 'instructions', 'to quick_cache']
  const all = [[...head, 'misses of 48 KB', 'of 2 MB', 'hits'], Array(9).fill('---'), ...rows]
  return all.map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** @param {string} rows @param {boolean} counted */
function report(rows, counted) {
  const how = counted
    ? 'Instructions and cache misses are those of callgrind over 200,000 requests.'
    : 'Instructions and cache misses were SKIPPED: there is no valgrind here (apt install valgrind).'
  return `# The policies natively, beside other Rust caches

Made by \`npm run bench:native\` on ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, never by hand.

What a request takes: reads by Zipf's law over 1,000,000 keys, room for 100,000; what is missing is
inserted. One thread. Times are the processor's, medians of rounds in turns. Ours are to need at
most ${LIMIT} times quick_cache's. ${how}

${rows}
`
}

/** @param {boolean} write */
function main(write) {
  const built = cargo(['build', '--release', '--quiet', ...MANIFEST])
  if (built !== 0) return built
  const timed = time()
  const counted = countAll(timed)
  const text = report(table(timed, counted), counted !== undefined)
  console.log(text)
  if (write && counted) {
    writeFileSync(join(ROOT, FILE), text)
    console.log(`Written to ${FILE}`)
  }
  return 0
}

const [first, ...rest] = process.argv.slice(2)
process.exitCode = first === '--divan' ? cargo(['bench', ...MANIFEST, '--', ...rest]) : main(first !== '--no-write')
