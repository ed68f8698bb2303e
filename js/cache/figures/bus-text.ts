import type { BusFigures } from '../../flow/coherence/coherence.ts'

const HELP: Readonly<Record<keyof BusFigures, string>> = {
  sent: 'Messages that the bus took',
  failed: 'Messages that the bus did not take, and that are sent again',
  received: 'Messages of other processes',
  own: 'Own messages that the bus brought back',
  ignored: 'Messages and changes that were not understood',
  gaps: 'Messages of other processes that were lost',
}

/** The figures of the bus in Prometheus' text format 0.0.4. */
export function busText(figures: BusFigures | undefined): string {
  if (figures === undefined) return ''
  return (Object.keys(HELP) as (keyof BusFigures)[])
    .map((name) => {
      const metric = `omnicache_bus_${name}_total`
      return `# HELP ${metric} ${HELP[name]}.\n# TYPE ${metric} counter\n${metric} ${figures[name]}\n`
    })
    .join('')
}
