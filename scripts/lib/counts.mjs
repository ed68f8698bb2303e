// @ts-check
/** Reading how many tests passed, failed and were skipped out of what each runner says. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @param {number} [passed] @param {number} [failed] @param {number} [skipped] @returns {Counts} */
export const counts = (passed = 0, failed = 0, skipped = 0) => ({ passed, failed, skipped })

/** @param {readonly Counts[]} all */
export function sum(all) {
  const total = counts()
  for (const one of all) {
    total.passed += one.passed
    total.failed += one.failed
    total.skipped += one.skipped
  }
  return total
}

/** @param {Counts} of */
export function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours start with one.
const COLOURS = /\u001b\[[0-9;]*m/g

/** @param {string} text */
export const withoutColours = (text) => text.replace(COLOURS, '')

/**
 * The sum of all `test result:` lines; cargo prints one per test binary, and so does
 * wasm-bindgen's runner.
 *
 * @param {string} output
 */
export function cargoCounts(output) {
  const line = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm
  return sum([...withoutColours(output).matchAll(line)].map((m) => counts(Number(m[1]), Number(m[2]), Number(m[3]))))
}

/**
 * Vitest's JSON report. A file that could not even be loaded has no tests in it, and is one
 * failure.
 *
 * @param {string} report
 */
export function vitestCounts(report) {
  const json = JSON.parse(report)
  const unloaded = json.testResults.filter(
    (/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  return counts(
    json.numPassedTests,
    json.numFailedTests + unloaded,
    (json.numPendingTests ?? 0) + (json.numTodoTests ?? 0),
  )
}

/**
 * The last `N passed, N failed` line, which is what our own scripts end with.
 *
 * @param {string} output
 */
export function sentenceCounts(output) {
  const line = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm
  const last = [...withoutColours(output).matchAll(line)].at(-1)
  return last ? counts(Number(last[1]), Number(last[2]), Number(last[3] ?? 0)) : counts()
}
