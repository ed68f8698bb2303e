import type { CacheManager } from '../js/index.ts'
import { bytes, count, milliseconds, NOTHING, percent } from './format.ts'
import type { Source } from './source.ts'
import { type Column, table } from './table.ts'
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
  readonly rawBytes: number
  readonly storedBytes: number
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
  ...['before', 'after', 'packed to'].map((heading): Column => ({ heading, align: 'right', group: 'bytes' })),
  { heading: 'evicted', align: 'right' },
]

/** The tables at the end of the demo, and what they mean in a sentence or two. */
export function report(results: Results): string {
  const { cache, source, withCache, without } = results
  const { regions } = cache.metrics()
  const rows = source.regions.flatMap((name) => (regions[name] === undefined ? [] : [{ name, figures: regions[name] }]))
  const total = sum(rows.map((row) => row.figures))
  const latency = [
    ...rows.map((row) => [row.name, row.figures, row.name] as const),
    ['total', total, undefined] as const,
  ]
  return [
    table(
      LATENCY_COLUMNS,
      latency.map(([title, figures, region]) => latencyRow(title, figures, withCache.of(region), without.of(region))),
      true,
    ),
    '',
    table(STORE_COLUMNS, [...rows.map((row) => storeRow(row.name, row.figures)), storeRow('total', total)], true),
    '',
    verdict(withCache, without),
  ].join('\n')
}

function latencyRow(title: string, figures: Figures, withCache: Measured, without: Measured): string[] {
  return [
    title,
    count(withCache.requests),
    percent(figures.hits, figures.hits + figures.misses),
    ...[withCache, without].flatMap(({ p50Ms, p95Ms, p99Ms }) => [p50Ms, p95Ms, p99Ms].map(milliseconds)),
  ]
}

function storeRow(title: string, figures: Figures): string[] {
  const { hits, misses, l2Hits, rawBytes, storedBytes } = figures
  const packed = rawBytes === 0 ? NOTHING : percent(storedBytes, rawBytes)
  return [
    title,
    ...[hits - l2Hits, l2Hits, misses].map(count),
    bytes(rawBytes),
    bytes(storedBytes),
    packed,
    count(figures.evictions),
  ]
}

function verdict(withCache: Tally, without: Tally): string {
  const { same, different } = withCache.compare(without)
  const failed = withCache.failed + without.failed
  return [
    'All figures are of this run, latencies as the client saw them.',
    `Answers from the cache and from the origin compared: ${count(same)} the same, ${count(different)} different.`,
    ...(failed === 0 ? [] : [`Failed requests: ${count(failed)}.`]),
  ].join('\n')
}

function sum(figures: readonly Figures[]): Figures {
  const total = { hits: 0, misses: 0, l2Hits: 0, evictions: 0, rawBytes: 0, storedBytes: 0 }
  for (const one of figures) for (const name of Object.keys(total) as (keyof Figures)[]) total[name] += one[name]
  return total
}
