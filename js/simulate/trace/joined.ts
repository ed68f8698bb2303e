import type { Trace } from './trace.ts'

/** Traces as one, played one after the other; a key that is in several is the same. */
export function joined(traces: readonly Trace[], limit = Number.POSITIVE_INFINITY): Trace {
  return {
    name: traces.map(({ name }) => name).join('+'),
    title: [...new Set(traces.map(({ title }) => title))].join(', '),
    sized: traces.every(({ sized }) => sized),
    bytes: traces.reduce((sum, { bytes }) => sum + bytes, 0),
    async read(consume, onRead = () => {}) {
      let left = limit
      let before = 0
      let skipped = 0
      for (const trace of traces) {
        skipped += await trace.read(
          (batch) => {
            batch.length = Math.min(batch.length, left)
            left -= batch.length
            if (batch.length > 0) consume(batch)
          },
          (read) => onRead(before + read),
        )
        before += trace.bytes
      }
      return skipped
    },
  }
}
