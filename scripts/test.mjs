// @ts-check
/**
 * `npm test`: gets what is missing, runs every check there is, and ends with one line
 * `N passed, N failed`. It runs before anything is installed, so it needs Node alone.
 *
 *   npm test -- --list              the stages and their names
 *   npm test -- --only unit,types   only these
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { counts, sentence, sum, withoutColours } from './lib/counts.mjs'
import { ROOT } from './lib/packages.mjs'
import { run } from './lib/process.mjs'
import { secondsSince, show } from './lib/report.mjs'
import { ensure, NEEDS } from './lib/setup.mjs'
import { LOGS, STAGES } from './lib/stages.mjs'

/** @typedef {import('./lib/stages.mjs').Stage} Stage */
/** @typedef {import('./lib/counts.mjs').Counts} Counts */
/** @typedef {{ state: 'ok' | 'failed' | 'skipped', seconds: number, counts: Counts, note?: string | undefined }} Result */

const { values: flags } = parseArgs({ options: { list: { type: 'boolean' }, only: { type: 'string' } } })
if (flags.list) {
  for (const { id, title } of STAGES) console.log(`${id.padEnd(12)}${title}`)
} else {
  process.exitCode = (await runAll(choose(flags.only))) ? 0 : 1
}

/** @param {string | undefined} only @returns {readonly Stage[]} */
function choose(only) {
  if (only === undefined) return STAGES
  const wanted = only.split(',')
  const unknown = wanted.find((id) => STAGES.every((stage) => stage.id !== id))
  if (unknown !== undefined) {
    console.error(`There is no stage '${unknown}'; there are ${STAGES.map((stage) => stage.id).join(', ')}.`)
    process.exit(2)
  }
  return STAGES.filter(({ id }) => wanted.includes(id))
}

/** @param {readonly Stage[]} stages */
async function runAll(stages) {
  const began = performance.now()
  rmSync(LOGS, { recursive: true, force: true })
  mkdirSync(LOGS, { recursive: true })
  /** @type {(readonly [Stage, Result])[]} */
  const results = []
  for (const stage of stages) {
    console.log(`▸ ${stage.title}`)
    const result = await runStage(stage)
    console.log(`  ${result.state}${result.note ? `: ${result.note}` : ''}`)
    results.push([stage, result])
  }
  const total = sum(results.map(([, result]) => result.counts))
  printTable(results)
  console.log(`\n${secondsSince(began).toFixed(0)} s altogether; what each stage said is in ${relative(ROOT, LOGS)}/`)
  console.log(sentence(total))
  return total.failed === 0 && total.passed > 0
}

/** @param {Stage} stage @returns {Promise<Result>} */
async function runStage(stage) {
  /** @type {Record<string, string>} */
  const env = { NO_COLOR: '1', ...stage.env }
  for (const name of stage.needs) {
    const outcome = await ensure(name)
    const result = { seconds: 0, note: `it needs ${NEEDS[name].title}` }
    if (outcome.state === 'missing') return { ...result, state: 'skipped', counts: counts(0, 0, 1) }
    if (outcome.state === 'failed') return { ...result, state: 'failed', counts: counts(0, 1) }
    Object.assign(env, outcome.env)
  }
  const began = performance.now()
  const { ok, output, note } = await runCommands(stage, env)
  const found = countTests(stage, output, ok)
  const state = found.failed > 0 ? 'failed' : 'ok'
  writeFileSync(join(LOGS, `${stage.id}.log`), output)
  if (state === 'failed') show(output)
  return { state, seconds: secondsSince(began), counts: found, note }
}

/**
 * Runs a stage's commands, one after the other, within its limit altogether.
 *
 * @param {Stage} stage
 * @param {Record<string, string>} env
 */
async function runCommands({ commands, limitMinutes }, env) {
  const deadline = performance.now() + limitMinutes * 60_000
  let ok = true
  let output = ''
  for (const [command, ...args] of commands) {
    const limitMs = Math.max(1, deadline - performance.now())
    const result = await run(command, args, { cwd: ROOT, env, limitMs })
    output += withoutColours(result.output)
    if (result.timedOut) return { ok: false, output, note: `ended after its limit of ${limitMinutes} min` }
    ok &&= result.ok
  }
  return { ok, output, note: undefined }
}

/**
 * What a stage's runner counted; at least one failure where it did not succeed, or ran nothing.
 *
 * @param {Stage} stage
 * @param {string} output
 * @param {boolean} ok
 */
function countTests(stage, output, ok) {
  /** @type {Counts} */
  let found
  try {
    found = stage.count(output, ok)
  } catch {
    found = counts() // It ended before it wrote its report.
  }
  const nothingRan = found.passed + found.skipped === 0
  return found.failed === 0 && (!ok || nothingRan) ? { ...found, failed: 1 } : found
}

/** @param {readonly (readonly [Stage, Result])[]} results */
function printTable(results) {
  const header = ['stage', 'result', 'seconds', 'passed', 'failed', 'skipped']
  const rows = results.map(
    ([
      { id },
      {
        state,
        seconds,
        counts: { passed, failed, skipped },
      },
    ]) => [id, state, seconds.toFixed(1), ...[passed, failed, skipped].map(String)],
  )
  console.log()
  for (const [id = '', state = '', ...numbers] of [header, ...rows]) {
    console.log(`${id.padEnd(12)}${state.padEnd(9)}${numbers.map((text) => text.padStart(9)).join('')}`)
  }
}
