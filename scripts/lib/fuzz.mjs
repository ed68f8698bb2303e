// @ts-check
/** Feeding the core with libFuzzer: building the targets, and running each for a while. */

import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './packages.mjs'
import { run } from './process.mjs'

const FOLDER = join(ROOT, 'fuzz')
const TARGET = join(ROOT, 'target', 'fuzz')

/** What was found before: seeds that are committed, and what a run on this machine added. */
const SEEDS = join(FOLDER, 'seeds')
const CORPUS = join(TARGET, 'corpus')
/** Where an input that broke something is left. */
const FOUND = join(TARGET, 'found')

/** No input is longer. */
const MAX_LENGTH = 4_096
/** An execution that takes longer is a failure: nothing here may hang. */
const EXECUTION_LIMIT_S = 10
/** So is one that takes more memory: of a few KB nothing may make 512 MB. */
const MEMORY_LIMIT_MB = 512

/** The targets, each a program of fuzz/targets. */
export const TARGETS = readdirSync(join(FOLDER, 'targets')).map((file) => file.replace(/\.rs$/, ''))

/**
 * Builds all of them. Rust's own checks are on, for overflows too; the core has no `unsafe`, so there is
 * no need of a sanitizer.
 */
export async function build() {
  const args = ['+nightly', 'fuzz', 'build', '--fuzz-dir', FOLDER, '--target-dir', TARGET, '--sanitizer', 'none']
  const { ok, output } = await run('cargo', args, { cwd: FOLDER, limitMs: 30 * 60_000 })
  const found = /^host: (.*)$/m.exec((await run('rustc', ['+nightly', '-vV'])).output)
  return { ok, output, folder: join(TARGET, found?.[1] ?? '', 'release') }
}

/**
 * Runs one target for some seconds; answers how many inputs it was fed, and what it said.
 *
 * @param {string} folder Where the targets were built.
 * @param {string} target
 * @param {number} seconds
 */
export async function fuzz(folder, target, seconds) {
  const [corpus, seeds, found] = [CORPUS, SEEDS, FOUND].map((parent) => join(parent, target))
  for (const made of [corpus, found]) mkdirSync(/** @type {string} */ (made), { recursive: true })
  const flags = {
    max_total_time: seconds,
    max_len: MAX_LENGTH,
    timeout: EXECUTION_LIMIT_S,
    rss_limit_mb: MEMORY_LIMIT_MB,
    print_final_stats: 1,
    artifact_prefix: `${found}/`,
  }
  const args = Object.entries(flags).map(([name, value]) => `-${name}=${value}`)
  const limitMs = (seconds + 120) * 1_000
  const result = await run(join(folder, target), [...args, `${corpus}`, `${seeds}`], { cwd: FOLDER, limitMs })
  const executions = /^stat::number_of_executed_units: (\d+)$/m.exec(result.output)
  return { ok: result.ok, output: result.output, executions: Number(executions?.[1] ?? 0) }
}
