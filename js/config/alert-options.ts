import type { AlertThresholds, Limits } from '../observe/alerts.ts'
import { count, derived, duration, flag, group, ratio, switchable } from './fields.ts'
import type { Field, Group } from './schema.ts'
import { invalidOption } from './units.ts'

/** The limits of alerts. */
export const alertOptions: Group<AlertThresholds | false> = switchable(
  group<AlertThresholds>('When something is wrong', {
    window: duration('The span over which operations are counted', 60_000),
    hitRatio: limits('below', {
      raise: ratio('Raised when a smaller part of reads are hits, in a region that was used for a window', 0.8),
      clear: clear(ratio, '`raise` + 0.05, at most 1', (raise) => Math.min(raise + 0.05, 1)),
      minSamples: count('With fewer reads in the window nothing changes', 1, 100),
    }),
    errorRatio: limits('above', {
      raise: ratio('Raised when a larger part of operations meets an error', 0.05),
      clear: clear(ratio, '`raise` / 5', (raise) => raise / 5),
      minSamples: count('With fewer operations in the window nothing changes', 1, 20),
    }),
    fill: limits('above', {
      raise: ratio('Raised when a larger part of `maxBytes` is in use', 0.9),
      clear: clear(ratio, '`raise` - 0.05, at least half of it', (raise) => Math.max(raise - 0.05, raise / 2)),
      minSamples: count('With fewer entries nothing changes', 0, 0),
    }),
    latency: limits('above', {
      raise: duration('Raised when the 95th percentile of durations is longer', 100),
      clear: clear(duration, '`raise` × 0.8', (raise) => raise * 0.8),
      minSamples: count('With fewer operations in the window nothing changes', 1, 20),
    }),
    corrupt: flag('Whether an entry that would not open is an alert', true),
    restart: flag('Whether a restart of the core is an alert', true),
  }),
)

/** The limit that resolves: by default a little on the good side of `raise`. */
function clear(
  type: (doc: string, fallback: number) => Field<number>,
  fallbackDoc: string,
  fallback: (raise: number) => number,
): Field<number> {
  return derived(type('Resolved within this', 1), fallbackDoc, ({ raise }) => fallback(Number(raise)))
}

/** Limits of which `clear` must not be on the bad side of `raise`. */
function limits(bad: 'above' | 'below', fields: Group<Limits>['fields']): Group<Limits | false> {
  return switchable(
    group<Limits>('', fields, ({ raise, clear }, path) => {
      const crossed = bad === 'above' ? clear > raise : clear < raise
      if (crossed) throw invalidOption(`${path}.clear`, clear, `a value not ${bad} \`raise\`, which is ${raise}`)
    }),
  )
}
