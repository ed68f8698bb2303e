import type { Figures, Line } from './figures.ts'

/** The report of a whole run, as Markdown. `ours` is the contender that the summary is about. */
export function markdown(
  all: readonly Figures[],
  facts: ReadonlyMap<string, string>,
  rounds: number,
  ours: string,
): string {
  return [
    '# omnicache beside other caches',
    'Made by `npm run bench`, which measures everything anew and writes this file.',
    [...facts].map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    [
      `Each work runs in a process of its own, all contenders in turns (A B C, B C A, …), ${rounds} rounds after a`,
      'warm-up; each is used as its documentation says for best speed. Times are medians of all rounds, in',
      'nanoseconds per operation, with the middle half of the rounds beside them. A ratio is the median of the',
      "rounds' ratios: less than 1 is faster than the baseline. Times depend on the machine and on what else it",
      'does; trust the ratios.',
    ].join('\n'),
    '## In short',
    summary(all, ours),
    ...all.flatMap((figures) => section(figures)),
  ].join('\n\n')
}

function summary(all: readonly Figures[], ours: string): string {
  const rows = all.map(({ report, baseline, lines }) => {
    const own = find(lines, ours)
    const base = find(lines, baseline)
    return [report.title, nanoseconds(own.ns), baseline, nanoseconds(base.ns), ratio(own.ratio)]
  })
  return table(['work', `${ours}, ns`, 'compared with', 'ns', 'ratio'], rows)
}

function section({ report, baseline, lines }: Figures): string[] {
  const headings = ['cache', 'ns', 'middle half', 'million/s', `ratio to ${baseline}`]
  if (report.hitRatio) headings.push('hits')
  const rows = lines.map((line) => cells(line, report.hitRatio))
  return [`## ${report.title}`, report.about, table(headings, rows)]
}

/** The figures of one line, as text. */
export function cells({ name, ns, low, high, ratio: relative, found }: Line, hitRatio: boolean): string[] {
  const range = `${nanoseconds(low)} – ${nanoseconds(high)}`
  const all = [name, nanoseconds(ns), range, (1_000 / ns).toFixed(2), ratio(relative)]
  return hitRatio ? [...all, `${(found * 100).toFixed(1)} %`] : all
}

function find(lines: readonly Line[], name: string): Line {
  const found = lines.find((line) => line.name === name)
  if (found === undefined) throw new Error(`${name} was not measured`)
  return found
}

function nanoseconds(ns: number): string {
  return ns < 10 ? ns.toFixed(1) : Math.round(ns).toLocaleString('en-US')
}

function ratio(value: number): string {
  return value < 0.1 ? value.toFixed(3) : value.toFixed(2)
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = headings.map((_, i) => (i === 0 ? '---' : '---:'))
  return [headings, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
