import { basename } from 'node:path'
import { count } from '../../terminal/figures.ts'
import { POLICIES, type Policy } from '../policies.ts'
import type { Result } from '../simulate.ts'
import { type Panel, panelsOf } from './panels.ts'
import { bytesShort, niceTicks, pixels, xml } from './svg-parts.ts'

const WIDTH = 820
const HEADER = 84
const PANEL = 400
/** Where the plot is in its panel; the legend is to its right. */
const PLOT = { left: 64, right: 660, top: 34, bottom: 310 } as const
const LEGEND_LEFT = 690
const LEGEND_STEP = 24

/** Colours on a light ground and on a dark one, by the policy's place in `POLICIES`. */
const COLOURS = [
  ['#0969da', '#58a6ff'],
  ['#bc4c00', '#f0883e'],
  ['#6e7781', '#9ea7b3'],
  ['#8250df', '#bc8cff'],
  ['#1a7f37', '#3fb950'],
  ['#bf3989', '#f778ba'],
  ['#cf222e', '#ff7b72'],
] as const

/** Marks that differ by more than colour, around 0, 0. */
const MARKS = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0',
  'M-3.5-3.5h7v7h-7z',
  'M0-4.5L4.5 3.5h-9z',
  'M0-5L5 0 0 5-5 0z',
  'M0 4.5L4.5-3.5h-9z',
  'M-5-1.5h3.5V-5h3v3.5H5v3H1.5V5h-3V1.5H-5z',
  'M0-5.5l1.6 3.6 3.9.4-2.9 2.6.8 3.9L0 3l-3.4 2 .8-3.9-2.9-2.6 3.9-.4z',
] as const

const STYLE = `
  svg{background:#fff;font:13px system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
  text{fill:#1f2328}.quiet{fill:#59636e}.title{font-size:17px;font-weight:600}.panel{font-size:14px;font-weight:600}
  .grid{stroke:#d8dee4}.axis{stroke:#8c959f}.line{fill:none;stroke-width:2;stroke-linejoin:round}
  .optimum{stroke:#59636e;stroke-dasharray:6 4}.ground{fill:#fff}
${COLOURS.map(([light], i) => `  .l${i}{stroke:${light}}.m${i}{fill:${light}}`).join('\n')}
  @media (prefers-color-scheme:dark){
  svg{background:#0d1117}text{fill:#e6edf3}.quiet{fill:#9198a1}.grid{stroke:#262c36}.axis{stroke:#6e7681}
  .optimum{stroke:#9198a1}.ground{fill:#0d1117}
${COLOURS.map(([, dark], i) => `  .l${i}{stroke:${dark}}.m${i}{fill:${dark}}`).join('\n')}
  }`

/** The ratios over the sizes, as a picture that reads on light and on dark ground. */
export function svgPlot(result: Result): string {
  const panels = panelsOf(result)
  const height = HEADER + panels.length * PANEL
  const { trace, requests, keys } = result
  const title = `Hit ratios of ${basename(trace.name)}`
  const facts = `${trace.title}, ${count(requests)} requests${keys === undefined ? '' : ` for ${count(keys)} keys`}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${xml(title)}</title>`,
    `<desc id="description">${xml(`${facts}. ${panels.map(describe).join(' ')}`)}</desc>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    `<text class="title" x="24" y="32">${xml(title)}</text>`,
    `<text class="quiet" x="24" y="53">${xml(facts)}</text>`,
    ...panels.map((panel, i) => draw(panel, HEADER + i * PANEL)),
    '</svg>\n',
  ].join('\n')
}

/** What the lines say, for those who hear it. */
function describe({ title, series }: Panel): string {
  const lines = series.map(({ policy, points }) => {
    const values = points.map(({ label, percent }) => `${percent.toFixed(1)} at ${label}`)
    return `${policy} ${values.join(', ')}`
  })
  return `${title} in percent: ${lines.join('; ')}.`
}

function draw(panel: Panel, top: number): string {
  const ticks = niceTicks(panel.series.flatMap(({ points }) => points.map(({ percent }) => percent)))
  const low = ticks[0] ?? 0
  const span = (ticks.at(-1) ?? 100) - low
  const y = (percent: number): number => PLOT.bottom - ((percent - low) / span) * (PLOT.bottom - PLOT.top)
  const x = horizontal(panel)
  return [
    `<g transform="translate(0 ${top})">`,
    `<text class="panel" x="24" y="12">${panel.title}</text>`,
    ...ticks.map((tick) => levelAt(tick, y(tick))),
    ...sizeLabels(panel, x),
    `<line class="axis" x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}"/>`,
    ...panel.series.map(({ policy, points }) =>
      line(
        policy,
        points.map((point) => [x(point.amount), y(point.percent)]),
      ),
    ),
    ...legend(panel),
    '</g>',
  ].join('\n')
}

function levelAt(percent: number, y: number): string {
  return (
    `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${pixels(y)}" y2="${pixels(y)}"/>` +
    `<text class="quiet" x="${PLOT.left - 8}" y="${pixels(y + 4)}" text-anchor="end">${percent} %</text>`
  )
}

/** A logarithmic scale, since a cache is a few keys or nearly all of them. */
function horizontal({ series }: Panel): (amount: number) => number {
  const logs = series.flatMap(({ points }) => points.map(({ amount }) => Math.log(amount)))
  const low = Math.min(...logs)
  const span = Math.max(...logs) - low
  const [left, width] = [PLOT.left + 24, PLOT.right - PLOT.left - 48]
  return (amount) => left + (span === 0 ? width / 2 : ((Math.log(amount) - low) / span) * width)
}

/** The sizes below the axis; one that would run into the one before goes without a label. */
function sizeLabels({ series, unit }: Panel, x: (amount: number) => number): string[] {
  const points = [...(series[0]?.points ?? [])].sort((a, b) => a.amount - b.amount)
  let free = Number.NEGATIVE_INFINITY
  const labels = points.flatMap(({ amount, label }) => {
    const at = x(amount)
    const text = unit === 'bytes' ? bytesShort(amount) : count(amount)
    const half = 4 * Math.max(text.length, label.length) + 4
    const tick = `<line class="axis" x1="${pixels(at)}" x2="${pixels(at)}" y1="${PLOT.bottom}" y2="${PLOT.bottom + 5}"/>`
    if (at - half < free) return [tick]
    free = at + half
    const share = label.endsWith('%') ? below(at, 40, label, 'quiet') : ''
    return [`${tick}${below(at, 22, text, '')}${share}`]
  })
  const caption = unit === 'bytes' ? 'size of the cache' : 'entries in the cache'
  const down = points.some(({ label }) => label.endsWith('%')) ? 62 : 44
  return [...labels, below((PLOT.left + PLOT.right) / 2, down, caption, 'quiet')]
}

function below(x: number, down: number, text: string, style: string): string {
  return `<text class="${style}" x="${pixels(x)}" y="${PLOT.bottom + down}" text-anchor="middle">${xml(text)}</text>`
}

function line(policy: Policy, points: readonly (readonly [number, number])[]): string {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${pixels(x)} ${pixels(y)}`).join('')
  return stroke(policy, path) + points.map(([x, y]) => mark(policy, x, y)).join('')
}

function stroke(policy: Policy, path: string): string {
  return `<path class="line ${policy === 'optimum' ? 'optimum' : `l${lookOf(policy)}`}" d="${path}"/>`
}

/** The optimum has none: it is no policy that one could choose. */
function mark(policy: Policy, x: number, y: number): string {
  if (policy === 'optimum') return ''
  const look = lookOf(policy)
  return `<path class="m${look}" d="${MARKS[look]}" transform="translate(${pixels(x)} ${pixels(y)})"/>`
}

/** Names the lines from the top down, as they end. */
function legend({ series }: Panel): string[] {
  const byEnd = [...series].sort((a, b) => (b.points.at(-1)?.percent ?? 0) - (a.points.at(-1)?.percent ?? 0))
  return byEnd.map(({ policy, bound }, i) => {
    const y = PLOT.top + 8 + i * LEGEND_STEP
    const [left, right] = [LEGEND_LEFT, LEGEND_LEFT + 30]
    return `${stroke(policy, `M${left} ${y}H${right}`)}${mark(policy, left + 15, y)}<text x="${right + 10}" y="${y + 4}">${bound ? 'bound' : policy}</text>`
  })
}

/** Which colour and mark a policy has: always the same, whichever others are drawn. */
function lookOf(policy: Policy): number {
  return POLICIES.indexOf(policy) % COLOURS.length
}
