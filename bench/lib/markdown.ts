import { OURS } from '../peers/names.ts'
import { ALLOCATION_HEADINGS, type Allocated, allocationCells } from './allocated.ts'
import { cells, headings, nanoseconds, ratio, titleOf } from './cells.ts'
import type { Figures, Line } from './figures.ts'
import { SIZES } from './sizes.ts'
import { CHECK_HEADINGS, type Check, checkCells } from './targets.ts'

/** A whole run. */
export interface Results {
  readonly all: readonly Figures[]
  readonly checks: readonly Check[]
  readonly allocated: readonly Allocated[]
  /** Where and with what it was made. */
  readonly facts: ReadonlyMap<string, string>
}

/** The report of a whole run, as Markdown. */
export function markdown({ all, checks, allocated, facts }: Results): string {
  return [
    '# omnicache beside other caches',
    'Made by `npm run bench`, which measures everything anew and writes this file; [README.md](README.md) says how.',
    [...facts].map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    method(),
    '## Targets',
    `${checks.filter(({ reached }) => reached).length} of ${checks.length} reached; computed from this run.`,
    markdownTable(CHECK_HEADINGS, checks.map(checkCells)),
    '## Allocations',
    'What one awaited hit leaves to the garbage collector: the growth of the heap over a million hits.',
    markdownTable(ALLOCATION_HEADINGS, allocated.map(allocationCells)),
    '## In short',
    summary(all),
    ...all.flatMap((figures) => section(figures)),
  ].join('\n\n')
}

function method(): string {
  const rounds = Object.entries(SIZES).map(([name, { plan }]) => `${plan.rounds} at ${name}`)
  return [
    'Each contender has a process of its own; all of one work take turns (A B C, B C A, …), one at a time, after a',
    `warm-up. Rounds: ${rounds.join(', ')} entries. Times are medians of all rounds, in nanoseconds per operation, with`,
    "the middle half of the rounds beside them. A ratio is the median of the rounds' ratios: less than 1 is faster than",
    'the baseline. Times depend on the machine and on what else it does; trust the ratios.',
  ].join('\n')
}

function summary(all: readonly Figures[]): string {
  const rows = all.map(({ report, baseline, lines }) => {
    const own = find(lines, OURS)
    const base = find(lines, baseline)
    return [titleOf(report), nanoseconds(own.ns), baseline, nanoseconds(base.ns), ratio(own.ratio)]
  })
  return markdownTable(['work', `${OURS}, ns`, 'compared with', 'ns', 'ratio'], rows)
}

/** One work's figures, under a heading. */
export function section({ report, baseline, lines }: Figures): string[] {
  const rows = lines.map((line) => cells(line, report.hitRatio))
  return [`## ${titleOf(report)}`, report.about, markdownTable(headings('cache', baseline, report.hitRatio), rows)]
}

function find(lines: readonly Line[], name: string): Line {
  const found = lines.find((line) => line.name === name)
  if (found === undefined) throw new Error(`${name} was not measured`)
  return found
}

/** A table whose first column is text and whose others are numbers. */
export function markdownTable(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = names.map((_, i) => (i === 0 ? '---' : '---:'))
  return [names, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
