import type { CacheManager } from '../js/index.ts'
import { bytes, count, milliseconds, NOTHING, percent } from '../js/terminal/figures.ts'
import { type Column, table } from '../js/terminal/table.ts'
import type { Source } from './source.ts'
import type { Measured, Tally } from './tally.ts'

/** What the report is made from: the cache's own figures and the two phases as clients saw them. */
export interface Results {
  readonly cache: Pick<CacheManager, 'metrics'>
  readonly source: Source
  readonly withCache: Tally
  readonly without: Tally
}

/** What the report takes from a region's metrics. */
interface Figures {
  readonly hits: number
  readonly misses: number
  readonly l2Hits: number
  readonly evictions: number
  readonly bytesRaw: number
  readonly bytesStored: number
}

const LATENCY_COLUMNS: readonly Column[] = [
  { heading: 'region', align: 'left' },
  { heading: 'requests', align: 'right' },
  { heading: 'hit ratio', align: 'right' },
  ...['with the cache, ms', 'without, ms'].flatMap((group) =>
    ['p50', 'p95', 'p99'].map((heading): Column => ({ heading, align: 'right', group })),
  ),
]

const STORE_COLUMNS: readonly Column[] = [
  { heading: 'region', align: 'left' },
  ...['memory', 'redis', 'origin'].map((heading): Column => ({ heading, align: 'right', group: 'served by' })),
  ...['before', 'after', 'ratio'].map((heading): Column => ({ heading, align: 'right', group: 'bytes' })),
  { heading: 'evicted', align: 'right' },
]

/** The tables at the end of the demo, and what they mean in a sentence or two. */
export function report(results: Results): string {
  const { cache, source, withCache, without } = results
  const { regions } = cache.metrics()
  const rows = source.regions.flatMap((name) => (regions[name] === undefined ? [] : [{ name, figures: regions[name] }]))
  const total = sum(rows.map((row) => row.figures))
  const lines = [
    ...rows.map((row) => ({ ...row, withCache: withCache.of(row.name), without: without.of(row.name) })),
    { name: 'total', figures: total, withCache: withCache.of(), without: without.of() },
  ]
  return [
    table(LATENCY_COLUMNS, lines.map(latencyRow), true),
    '',
    table(STORE_COLUMNS, lines.map(storeRow), true),
    '',
    verdict(withCache, without),
  ].join('\n')
}

/** A row of both tables. */
interface Line {
  readonly name: string
  readonly figures: Figures
  readonly withCache: Measured
  readonly without: Measured
}

function latencyRow({ name, figures, withCache, without }: Line): string[] {
  return [
    name,
    count(withCache.requests),
    percent(figures.hits, figures.hits + figures.misses),
    ...[withCache, without].flatMap(({ p50Ms, p95Ms, p99Ms }) => [p50Ms, p95Ms, p99Ms].map(milliseconds)),
  ]
}

function storeRow({ name, figures }: Line): string[] {
  const { hits, misses, l2Hits, bytesRaw, bytesStored, evictions } = figures
  const size = bytesRaw === 0 ? [NOTHING, NOTHING] : [bytes(bytesRaw), bytes(bytesStored)]
  return [
    name,
    ...[hits - l2Hits, l2Hits, misses].map(count),
    ...size,
    percent(bytesStored, bytesRaw),
    count(evictions),
  ]
}

function verdict(withCache: Tally, without: Tally): string {
  const { same, different } = withCache.compare(without)
  const failed = withCache.failed + without.failed
  return [
    'Latency is what the client saw; without the cache, a sample of the same requests went past it.',
    'Requests that waited for the same answer from the origin count there. With fewer than 95 or 99',
    'hits in 100, p95 or p99 is the time of one that the origin served, whatever the cache does.',
    'Bytes: as serialized and as stored, headers and seals included; a region that does neither',
    'keeps the values themselves.',
    `Answers with and without the cache compared: ${count(same)} the same, ${count(different)} different.`,
    ...(failed === 0 ? [] : [`Failed requests: ${count(failed)}.`]),
  ].join('\n')
}

function sum(figures: readonly Figures[]): Figures {
  const total = { hits: 0, misses: 0, l2Hits: 0, evictions: 0, bytesRaw: 0, bytesStored: 0 }
  for (const one of figures) for (const name of Object.keys(total) as (keyof Figures)[]) total[name] += one[name]
  return total
}
