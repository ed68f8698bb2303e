// @ts-check
/**
 * `npm run test:packaging`: packs the package, installs it in projects outside of the repository, and
 * uses it there in each runtime that it is for. Ends with one line `N passed, N failed`.
 *
 *   --full        the slow cells too; writes docs/runtimes.md
 *   --only a,b    only these cells, or groups
 *   --fresh       also what passed before with the same package and the same versions
 *   --build       builds dist/ first
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { GROUPS } from '../tests/packaging/groups.mjs'
import { Bench } from './lib/cells.mjs'
import { counts, sentence, sum } from './lib/counts.mjs'
import { ensurePackages, ROOT } from './lib/packages.mjs'
import { hashOf, makeProject, packPackage } from './lib/packed.mjs'
import { run } from './lib/process.mjs'
import { secondsSince } from './lib/report.mjs'
import { writeResults } from './lib/runtimes-page.mjs'
import { ensure } from './lib/setup.mjs'

/** @typedef {import('./lib/cells.mjs').Cell} Cell */
/** @typedef {import('./lib/cells.mjs').Group} Group */
/** @typedef {{ state: 'passes' | 'fails' | 'not run', version: string }} Outcome */

const { values: flags } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    build: { type: 'boolean', default: false },
  },
})

/** So many cells run at once. */
const LANES = 2

const TESTS = join(ROOT, 'tests', 'packaging')
/** What passed, by cell: a hash of all that it was made of. */
const KNOWN = join(ROOT, 'target', 'packaging.json')

const folder = mkdtempSync(join(tmpdir(), 'omnicache-packaging-'))
try {
  process.exitCode = (await main()) ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function main() {
  const groups = chosen()
  await getPrograms(groups)
  if (flags.build) await build()
  const { unpacked, hash } = await packPackage(folder)
  /** @type {Map<Cell, Outcome>} */
  const outcomes = new Map()
  const known = readKnown()
  for (const group of groups) {
    const base = [hash, ...partsOf(group).map((path) => hashOf(path))].join()
    await runGroup(group, { unpacked, base, known, outcomes })
    mkdirSync(join(ROOT, 'target'), { recursive: true })
    writeFileSync(KNOWN, JSON.stringify(known))
  }
  if (flags.full) {
    const date = new Date().toISOString().slice(0, 10)
    writeResults(
      GROUPS,
      Object.fromEntries([...outcomes].map(([{ id }, { state, version }]) => [id, { version, state, date }])),
    )
  }
  const total = sum(
    [...outcomes.values()].map(({ state }) =>
      counts(Number(state === 'passes'), Number(state === 'fails'), Number(state === 'not run')),
    ),
  )
  console.log(sentence(total))
  return total.failed === 0 && total.passed > 0
}

/** The groups with the cells that are to run. @returns {Group[]} */
function chosen() {
  const wanted = flags.only?.split(',')
  const names = GROUPS.flatMap(({ id, cells }) => [id, ...cells.map((cell) => cell.id)])
  const unknown = wanted?.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    console.error(`There is no cell or group '${unknown}'; there are ${names.join(', ')}.`)
    process.exit(2)
  }
  return GROUPS.map((group) => ({
    ...group,
    cells: group.cells.filter(
      ({ id, full }) =>
        (flags.full || wanted?.includes(id) || !full) &&
        (wanted?.includes(id) || wanted?.includes(group.id) || !wanted),
    ),
  })).filter(({ cells }) => cells.length > 0)
}

/** Gets what cells need of the system; where that cannot be had, they are skipped. @param {readonly Group[]} groups */
async function getPrograms(groups) {
  const names = groups.flatMap(({ cells }) => cells.flatMap(({ needs = [] }) => needs))
  for (const name of new Set(names)) Object.assign(process.env, (await ensure(name)).env)
}

async function build() {
  const { ok } = await run(process.execPath, [join(ROOT, 'scripts', 'build.mjs'), '--dist'], { inherit: true })
  if (!ok) process.exit(1)
}

/**
 * @param {Group} group
 * @param {{ unpacked: string, base: string, known: Record<string, string>, outcomes: Map<Cell, Outcome> }} to
 */
async function runGroup(group, { unpacked, base, known, outcomes }) {
  const places = [join(TESTS, group.id), ...(group.places ?? []).map((path) => join(ROOT, path))]
  for (const place of places) {
    const { ok, output } = await ensurePackages(place)
    if (ok) continue
    console.log(`failed  ${group.id}: its packages could not be installed\n${output}`)
    for (const cell of group.cells) outcomes.set(cell, { state: 'fails', version: '' })
    return
  }
  const project = join(folder, group.id)
  mkdirSync(project)
  let made = false
  /** Only where a cell has to run. */
  const make = () => {
    if (made) return
    made = true
    const packages = join(TESTS, group.id, 'node_modules')
    const sources = ['programs', ...(group.shares ?? []), group.id].map((name) => join(TESTS, name))
    makeProject(project, { unpacked, packages, copied: group.copied ?? false, own: group.own ?? [], sources })
  }
  const modules = [...places, ROOT].map((place) => join(place, 'node_modules'))
  const waiting = [...group.cells]
  const lane = async () => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      outcomes.set(cell, await runCell(cell, new Bench(project, cell.id, modules), { base, known, make }))
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  rmSync(project, { recursive: true, force: true })
}

/**
 * @param {Cell} cell
 * @param {Bench} bench
 * @param {{ base: string, known: Record<string, string>, make: () => void }} to `base`: a hash of what it is made of,
 *   but for its runtime.
 * @returns {Promise<Outcome>}
 */
async function runCell(cell, bench, { base, known, make }) {
  const began = performance.now()
  let version = ''
  try {
    const found = await cell.version(bench)
    if (found === undefined) {
      console.log(`skipped ${cell.id}: there is no ${cell.runtime} here`)
      return { state: 'not run', version }
    }
    version = found.trim().replace(/^v/, '')
    const key = `${base}, ${version}, ${process.platform}`
    if (known[cell.id] === key && !flags.fresh && !flags.full) {
      console.log(`ok      ${cell.id} (as before)`)
      return { state: 'passes', version }
    }
    delete known[cell.id]
    make()
    mkdirSync(bench.folder, { recursive: true })
    await cell.run(bench)
    known[cell.id] = key
    console.log(`ok      ${cell.id} (${cell.runtime} ${version}, ${secondsSince(began).toFixed(1)} s)`)
    return { state: 'passes', version }
  } catch (error) {
    console.log(`failed  ${cell.id}\n${error instanceof Error ? error.message : String(error)}`)
    return { state: 'fails', version }
  }
}

/** @returns {Record<string, string>} */
function readKnown() {
  try {
    return JSON.parse(readFileSync(KNOWN, 'utf8'))
  } catch {
    return {}
  }
}

/** What a group's cells are made of beside the package and their runtime. @param {Group} group */
function partsOf({ id, shares = [], examples = [] }) {
  const scripts = ['packaging.mjs', 'lib/cells.mjs', 'lib/packed.mjs'].map((name) => join(ROOT, 'scripts', name))
  const programs = ['programs', ...shares, id].map((name) => join(TESTS, name))
  return [...programs, ...examples.map((name) => join(ROOT, 'examples', name)), ...scripts]
}
