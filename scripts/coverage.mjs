// @ts-check
/**
 * `npm run coverage`: the share of lines that the tests run, of the Rust core and of the
 * TypeScript layer; fails where one is below the goal. Test code itself does not count, and
 * what only WebAssembly has (src/wasm) is not part of a native build. The tests in a browser
 * are left out: what they run there is not seen from here, so IndexedDB's tier counts as not run.
 */

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { codeLines } from './lib/lcov.mjs'
import { ROOT } from './lib/packages.mjs'
import { run } from './lib/process.mjs'
import { secondsSince, show } from './lib/report.mjs'
import { ensure } from './lib/setup.mjs'

const GOAL_PERCENT = 90
const LIMIT_MS = 20 * 60_000
const REPORTS = join(ROOT, 'coverage')

rmSync(REPORTS, { recursive: true, force: true })
mkdirSync(REPORTS, { recursive: true })
const rust = await coverRust()
const typescript = await coverTypeScript()
console.log()
const reached = [verdict('Rust', rust), verdict('TypeScript', typescript)]
process.exitCode = reached.every(Boolean) ? 0 : 1

/** @typedef {{ covered: number, total: number, testsPassed: boolean }} Coverage */

/** @returns {Promise<Coverage | undefined>} */
async function coverRust() {
  const lcov = join(REPORTS, 'rust.lcov')
  const args = ['llvm-cov', '--locked', '--lcov', '--output-path', lcov]
  const testsPassed = await tests('Rust', ['rust', 'llvmCov'], 'cargo', args)
  if (!existsSync(lcov)) return undefined
  const files = codeLines(readFileSync(lcov, 'utf8'), ROOT)
  for (const { path, covered, total } of files) console.log(row(path, covered, total))
  const add = (/** @type {'covered' | 'total'} */ of) => files.reduce((sum, file) => sum + file[of], 0)
  return { covered: add('covered'), total: add('total'), testsPassed }
}

/** @returns {Promise<Coverage | undefined>} */
async function coverTypeScript() {
  const vitest = join(ROOT, 'node_modules', '.bin', 'vitest')
  const args = ['run', '--coverage', '--project', 'unit', '--project', 'redis']
  const testsPassed = await tests('TypeScript', ['npm', 'redis'], vitest, args)
  const report = join(REPORTS, 'js', 'coverage-summary.json')
  if (!existsSync(report)) return undefined
  const { total, ...files } = JSON.parse(readFileSync(report, 'utf8'))
  for (const [path, { lines }] of Object.entries(files)) {
    if (lines.total > 0) console.log(row(relative(ROOT, path), lines.covered, lines.total))
  }
  return { ...total.lines, testsPassed }
}

/**
 * Runs tests that leave a report behind, and answers whether they passed.
 *
 * @param {string} language
 * @param {readonly import('./lib/setup.mjs').NeedName[]} needs
 * @param {string} command
 * @param {readonly string[]} args
 */
async function tests(language, needs, command, args) {
  console.log(`▸ ${language}`)
  const began = performance.now()
  /** @type {Record<string, string>} */
  const env = { NO_COLOR: '1' }
  for (const name of needs) {
    const outcome = await ensure(name)
    if (outcome.state === 'failed' || outcome.state === 'missing') return false
    Object.assign(env, outcome.env)
  }
  const result = await run(command, args, { cwd: ROOT, env, limitMs: LIMIT_MS })
  if (!result.ok) show(result.output)
  console.log(`  tests ${result.ok ? 'passed' : 'failed'} in ${secondsSince(began).toFixed(0)} s`)
  return result.ok
}

/** @param {string} name @param {number} covered @param {number} total */
function row(name, covered, total) {
  return `  ${percent(covered, total).toFixed(1).padStart(5)} %  ${name} (${covered} of ${total})`
}

/** @param {number} covered @param {number} total */
function percent(covered, total) {
  return total === 0 ? 100 : (100 * covered) / total
}

/** @param {string} language @param {Coverage | undefined} coverage */
function verdict(language, coverage) {
  if (!coverage) {
    console.log(`${language}: not measured`)
    return false
  }
  const { covered, total, testsPassed } = coverage
  const reached = total > 0 && percent(covered, total) >= GOAL_PERCENT
  const notes = [reached ? '' : `, the goal is ${GOAL_PERCENT} %`, testsPassed ? '' : ', and tests failed']
  console.log(`${language}: ${percent(covered, total).toFixed(1)} % of ${total} lines${notes.join('')}`)
  return reached && testsPassed
}
