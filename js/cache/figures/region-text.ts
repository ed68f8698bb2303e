import type { Counters } from './counters.ts'

/** What the core does not count: it is no part of durations and ratios. */
const METRICS: readonly (readonly [name: string, help: string, counter: keyof Counters])[] = [
  ['schema_mismatches', "Values from L2 that the region's schema refused", 'mismatches'],
  ['resealed', 'Entries in L2 that were sealed again under the current key', 'resealed'],
  ['keys_missing', 'Entries from L2 under a key that the ring does not have', 'keyMissing'],
  ['locks_taken', 'Locks between processes that were had', 'locksTaken'],
  ['lock_waits', 'Factories that waited for another process', 'lockWaits'],
  ['lock_timeouts', 'Waits for another process that took too long', 'lockTimeouts'],
]

/** Figures of regions in Prometheus' text format 0.0.4, besides those of the core. */
export function regionText(reports: ReadonlyMap<string, { readonly counters: Counters }>): string {
  return METRICS.map(([name, help, counter]) => {
    const metric = `omnicache_${name}_total`
    const samples = Array.from(
      reports,
      ([region, { counters }]) => `${metric}{region="${escaped(region)}"} ${counters[counter]}\n`,
    )
    return `# HELP ${metric} ${help}.\n# TYPE ${metric} counter\n${samples.join('')}`
  }).join('')
}

/** A label's value may hold anything. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
