/**
 * `npm run bench:codec`: what the codec costs beside node:zlib, other LZ4, other AES and JSON, in one
 * run. Prints a table for each work, and writes them all to bench/codec.md when the run was whole.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { figures } from '../lib/figures.ts'
import { machine } from '../lib/machine.ts'
import { type Performer, takeTurns, warmUp } from '../lib/measure.ts'
import type { Plan } from '../lib/sizes.ts'
import { COMPRESSION_TARGETS, compressionWorks } from './compression.ts'
import { DICTIONARY_TARGETS, dictionaryWorks } from './dictionary.ts'
import { HOLDS, holdSection, holds, holdTable, holdTargets } from './holds.ts'
import { PLAIN_TARGETS, plainWorks } from './plain.ts'
import { type Done, report, table, targetRows } from './report.ts'
import { SEALING_TARGETS, sealingWorks } from './sealing.ts'
import type { CodecWork } from './work.ts'

const HELP = `Usage
  npm run bench:codec                    measure everything (two minutes), and write bench/codec.md
  npm run bench:codec -- --only NAME     one work, or all whose name begins so; repeatable
  npm run bench:codec -- --quick         fewer rounds: a first impression, not to be quoted`

const WHOLE: Plan = { rounds: 21, slice: 20 }
const QUICK: Plan = { rounds: 7, slice: 8 }

const TARGETS = [...COMPRESSION_TARGETS, ...DICTIONARY_TARGETS, ...SEALING_TARGETS, ...PLAIN_TARGETS]

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(HELP)
  const facts = machine()
  const all: Done[] = []
  const works = [...compressionWorks(), ...dictionaryWorks(), ...(await sealingWorks()), ...plainWorks()]
  const wanted = chosen([...works.map(({ name }) => name), HOLDS], values.only)
  for (const work of works.filter(({ name }) => wanted.includes(name))) {
    const done = await measure(work, values.quick ? QUICK : WHOLE)
    all.push(done)
    console.log(`${work.title}\n${table(work, done.figures)}\n`)
  }
  const held = wanted.includes(HOLDS) ? await holds(values.quick ? 20 : 100) : []
  if (held.length > 0) console.log(`${holdTable(held)}\n`)
  const rows = [...targetRows(all, TARGETS), ...holdTargets(held)]
  for (const row of rows) console.log(row.join(' · '))
  if (values.quick || values.only.length > 0) return
  const text = [...report(all, rows, facts), ...holdSection(held)].join('\n\n')
  writeFileSync(join(import.meta.dirname, '..', 'codec.md'), `${text}\n`)
  console.log('Written to bench/codec.md')
}

/** All contenders of a work in this process, taking turns after each has warmed up. */
async function measure(work: CodecWork, plan: Plan): Promise<Done> {
  const performers: Performer[] = []
  for (const [name, contender] of Object.entries(work.contenders)) {
    performers.push({ name, turn: await warmUp(contender, plan) })
  }
  const measured = await takeTurns(performers, plan.rounds)
  const { name, title, about, against } = work
  const result = figures({ name, work: name, entries: 1, title, about, against, hitRatio: false, measured })
  return { work, figures: result }
}

function chosen(all: readonly string[], only: readonly string[]): string[] {
  const found = all.filter((name) => only.length === 0 || only.some((start) => name.startsWith(start)))
  if (found.length > 0) return found
  throw new Error(`--only takes one of ${all.join(', ')}, or how it begins`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
