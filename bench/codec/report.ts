import { cells, headings, nanoseconds, ratio } from '../lib/cells.ts'
import { type Figures, median, ratioOf } from '../lib/figures.ts'
import { markdownTable } from '../lib/markdown.ts'
import { type CodecTarget, type CodecWork, OURS } from './work.ts'

/** A work with what was measured of it. */
export interface Done {
  readonly work: CodecWork
  readonly figures: Figures
}

const HEADINGS = ['work', 'omnicache', 'peer', "peer's", 'came out', 'target', 'reached']

/** The report of a whole run, as parts of Markdown. `rows` are those of the targets. */
export function report(
  all: readonly Done[],
  rows: readonly (readonly string[])[],
  facts: ReadonlyMap<string, string>,
): string[] {
  return [
    '# The codec beside others',
    'Made by `npm run bench:codec`, which measures everything anew and writes this file; [README.md](README.md) says how.',
    [...facts].map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    '## Targets',
    `${rows.filter((row) => row.at(-1) === 'yes').length} of ${rows.length} reached; computed from this run.`,
    markdownTable(HEADINGS, rows),
    ...all.flatMap(({ work, figures }) => [`## ${work.title}`, work.about, table(work, figures)]),
  ]
}

/** One work's lines. */
export function table({ name, bytes }: CodecWork, { baseline, lines }: Figures): string {
  const names = headings(name, baseline, false)
  const rows = lines.map((line) => [
    ...cells(line, false),
    ...(bytes ? [String(Math.round(bytes[line.name] ?? 0))] : []),
  ])
  return markdownTable(bytes ? [...names, 'bytes'] : names, rows)
}

/** The targets of what was measured, a row for each. */
export function targetRows(all: readonly Done[], targets: readonly CodecTarget[]): string[][] {
  return targets.flatMap((target) => {
    const done = all.find(({ work }) => work.name === target.work)
    return done === undefined ? [] : [row(done, target)]
  })
}

function row({ work, figures }: Done, { kind, limit, peer }: CodecTarget): string[] {
  const find = (name: string) => {
    const measured = figures.report.measured.find((one) => one.name === name)
    if (measured === undefined) throw new Error(`${name} was not measured at ${work.name}`)
    return measured
  }
  if (kind === 'bytes') {
    const [mine, theirs] = [bytesOf(work, OURS), bytesOf(work, peer ?? '')]
    const came = mine / theirs
    const figure = (bytes: number) => `${Math.round(bytes)} bytes`
    return [work.name, figure(mine), peer ?? '', figure(theirs), times(came), `≤ ${limit} ×`, verdict(came <= limit)]
  }
  const ours = find(OURS)
  if (peer === undefined) {
    const micros = median(ours.samples) / 1000
    return [
      work.name,
      `${nanoseconds(micros * 1000)} ns`,
      '',
      '',
      `${ratio(micros)} µs`,
      `≤ ${limit} µs`,
      verdict(micros <= limit),
    ]
  }
  const other = find(peer)
  const came = kind === 'rate' ? ratioOf(other, ours) : ratioOf(ours, other)
  const wanted = kind === 'rate' ? `≥ ${limit} × as many` : `≤ ${limit} ×`
  const reached = kind === 'rate' ? came >= limit : came <= limit
  const figure = (samples: readonly number[]) => `${nanoseconds(median(samples))} ns`
  return [work.name, figure(ours.samples), peer, figure(other.samples), times(came), wanted, verdict(reached)]
}

function bytesOf({ bytes, name }: CodecWork, contender: string): number {
  const found = bytes?.[contender]
  if (found === undefined) throw new Error(`${name} has no bytes of ${contender}`)
  return found
}

function times(value: number): string {
  return `${value.toFixed(2)} ×`
}

function verdict(reached: boolean): string {
  return reached ? 'yes' : 'NO'
}
