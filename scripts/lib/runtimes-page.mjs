// @ts-check
/** docs/runtimes.md: what each cell came to when a script last ran it. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './packages.mjs'

/** @typedef {import('./cells.mjs').Group} Group */
/** @typedef {'passes' | 'fails' | 'not run'} State */
/** @typedef {{ version: string, state: State, date: string }} Result What a cell came to; `date` is YYYY-MM-DD. */
/** @typedef {Record<string, Result>} Results By the cell's id. */

export const PAGE = join(ROOT, 'docs', 'runtimes.md')
const RESULTS = join(ROOT, 'tests', 'packaging', 'results.json')

/** @returns {Results} */
export function readResults() {
  return JSON.parse(readFileSync(RESULTS, 'utf8'))
}

/**
 * Keeps what cells came to, beside what those came to that were not run, and writes the page.
 *
 * @param {readonly Group[]} groups
 * @param {Results} fresh
 */
export function writeResults(groups, fresh) {
  const all = { ...readResults(), ...fresh }
  const known = groups.flatMap(({ cells }) => cells.map(({ id }) => id))
  /** @type {Results} */
  const kept = {}
  for (const id of known.filter((name) => name in all).sort()) kept[id] = /** @type {Result} */ (all[id])
  writeFileSync(RESULTS, `${JSON.stringify(kept, null, 2)}\n`)
  writeFileSync(PAGE, page(groups, kept))
}

const INTRODUCTION = `# Runtimes

Where the package was tried, and what came of it. Each row is a program that a script ran: on the package as \`npm pack\`
makes it, installed in a folder outside of the repository. It does real work, such as a value that is compressed and
sealed and comes back from a tier, and ends with an error where something is not as it should be. This page is written by
that script.

| command | runs |
| --- | --- |
| \`npm run test:packaging\` | the rows that are not marked as slow; a part of \`npm test\`. What passed with the same package and the same versions is not run again; \`-- --fresh\` runs it |
| \`npm run test:packaging:full\` | all rows, before each release, and writes this page |
| \`npm run test:packaging:full -- --only node-22-esm\` | one row, or several with commas between them; a group's name stands for all of it |

What is missing on a machine, such as a browser, is skipped and counted as skipped. [Adding a row](../tests/packaging/README.md).
`

/**
 * The page.
 *
 * @param {readonly Group[]} groups
 * @param {Results} results
 */
export function page(groups, results) {
  return `${[INTRODUCTION, ...groups.map((group) => section(group, results))].join('\n')}`
}

/** @param {Group} group @param {Results} results */
function section({ id, title, cells }, results) {
  const rows = cells.map((cell) => {
    const { version, state, date } = results[cell.id] ?? { version: '', state: 'not run', date: '' }
    const where = `${cell.runtime} ${version}`.trim()
    const outcome = date === '' ? state : `${state}, ${date}`
    return `| \`${cell.id}\` | ${where} | ${cell.what}${cell.full ? ' (slow)' : ''} | ${outcome} |`
  })
  return [
    `## ${title}`,
    '',
    `Group \`${id}\`.`,
    '',
    '| row | runtime | does | result |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
