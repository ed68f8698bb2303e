/**
 * `npm run bench`: omnicache's speed beside that of other caches, measured in one run. Prints a
 * table for each work, and writes them all to bench/results.md when the run was a whole one.
 */

import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { allocations } from './lib/allocations.ts'
import { HELP, type Options, readArgs } from './lib/args.ts'
import { type Figures, figures } from './lib/figures.ts'
import { machine } from './lib/machine.ts'
import { markdown } from './lib/markdown.ts'
import { ensureBundle, omnicache, omnicacheMemory } from './lib/omnicache.ts'
import { ProcessPort } from './lib/processes.ts'
import { chosen, jobs, run } from './lib/run.ts'
import { QUICK, SIZES } from './lib/sizes.ts'
import { allocationsTable, checksTable, figuresTable } from './lib/tables.ts'
import { check } from './lib/targets.ts'
import { TARGETS } from './targets.ts'
import { allWorks } from './works/index.ts'

const ALLOCATIONS = 'allocations'

const STAGE = { open: () => new ProcessPort(), lanes: availableParallelism() }

async function main({ only, quick, json, sizes }: Options): Promise<void> {
  ensureBundle()
  const facts = machine()
  const works = allWorks({ ...(await omnicacheMemory()), ...(await omnicache()) })
  const all = jobs(works, sizes)
  const say = json ? console.error : console.log
  const wanted = only.every((name) => name === ALLOCATIONS) && only.length > 0 ? [] : chosen(all, only)
  const results: Figures[] = []
  for (const job of wanted) {
    const result = figures(await run(job, quick ? QUICK : SIZES[job.size], STAGE))
    results.push(result)
    say(figuresTable(result))
  }
  const allocated = only.length === 0 || only.includes(ALLOCATIONS) ? await allocations() : []
  if (allocated.length > 0) say(allocationsTable(allocated))
  const reports = results.map(({ report }) => report)
  const checks = check(reports, TARGETS)
  if (checks.length > 0) say(checksTable(checks))
  if (json) console.log(JSON.stringify({ machine: Object.fromEntries(facts), works: reports, allocated }))
  if (quick || only.length > 0 || sizes.length < Object.keys(SIZES).length) return
  const text = markdown({ all: results, checks, allocated, facts })
  writeFileSync(join(import.meta.dirname, 'results.md'), `${text}\n`)
  say('Written to bench/results.md')
}

try {
  const options = readArgs(process.argv.slice(2))
  if (options === undefined) console.log(HELP)
  else await main(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
