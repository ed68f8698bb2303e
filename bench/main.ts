/**
 * `npm run bench`: omnicache's speed beside that of other caches, measured in one run. Prints a
 * table for each work, and writes them all to bench/results.md when the run was a whole one.
 */

import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { table } from '../js/terminal/table.ts'
import { type Figures, figures } from './lib/figures.ts'
import type { Scale } from './lib/load.ts'
import { machine } from './lib/machine.ts'
import { cells, markdown } from './lib/markdown.ts'
import type { Plan } from './lib/measure.ts'
import type { Order, Report } from './lib/messages.ts'
import { ensureBundle } from './lib/omnicache.ts'

const HELP = `Usage
  npm run bench                    measure everything (3 to 4 minutes), and write bench/results.md
  npm run bench -- --only NAME     one work, or all whose name begins so; repeatable
  npm run bench -- --quick         fewer entries and rounds: a first impression, not to be quoted
  npm run bench -- --json          the samples of every round as JSON on stdout, the tables on stderr`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  only: { type: 'string', multiple: true },
  quick: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

const OURS = 'omnicache'

const WHOLE: { plan: Plan; scale: Scale } = {
  plan: { rounds: 9, slice: 20 },
  scale: { entries: 100_000, requests: 200_000, asyncRequests: 20_000 },
}

const QUICK: { plan: Plan; scale: Scale } = {
  plan: { rounds: 3, slice: 10 },
  scale: { entries: 20_000, requests: 50_000, asyncRequests: 5_000 },
}

/** Has `order` carried out by another process. */
function ask<Answer>(order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'child.ts'), [JSON.stringify(order)])
    let answer: Answer | undefined
    child.on('message', (message) => {
      answer = message as Answer
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (answer !== undefined && code === 0) resolve(answer)
      else reject(new Error(`measuring ${order.work ?? ''} ended with exit code ${code}`))
    })
  })
}

function show({ report, baseline, lines }: Figures): string {
  const numeric = ['ns', 'middle half', 'million/s', `ratio to ${baseline}`, ...(report.hitRatio ? ['hits'] : [])]
  const columns = [
    { heading: report.name, align: 'left' as const },
    ...numeric.map((heading) => ({ heading, align: 'right' as const })),
  ]
  const rows = lines.map((line) => cells(line, report.hitRatio))
  return `${report.title.replaceAll('`', '')}\n\n${table(columns, rows, false)}\n`
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) return console.log(HELP)
  const { only = [''], quick = false, json = false } = values
  const { plan, scale } = quick ? QUICK : WHOLE
  ensureBundle()
  const facts = machine()
  const names = await ask<string[]>({ work: undefined, plan, scale })
  const wanted = names.filter((name) => only.some((start) => name.startsWith(start)))
  if (wanted.length === 0) throw new Error(`--only takes one of ${names.join(', ')}, or how it begins`)
  const say = json ? console.error : console.log
  const all: Figures[] = []
  for (const work of wanted) {
    const result = figures(await ask<Report>({ work, plan, scale }))
    all.push(result)
    say(show(result))
  }
  if (json) console.log(JSON.stringify({ machine: Object.fromEntries(facts), works: all.map(({ report }) => report) }))
  if (quick || wanted.length < names.length) return
  writeFileSync(join(import.meta.dirname, 'results.md'), `${markdown(all, facts, plan.rounds, OURS)}\n`)
  say('Written to bench/results.md')
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
