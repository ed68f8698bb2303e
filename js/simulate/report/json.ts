import type { Result } from '../simulate.ts'

/** One line of JSON for each cell: ratios from 0 to 1, sizes in entries or bytes as `unit` says. */
export function jsonLines({ trace, requests, bytes, cells }: Result): string {
  return cells
    .map(({ policy, size, hits, hitBytes, bound }) =>
      JSON.stringify({
        trace: trace.name,
        policy,
        size: size.amount,
        requests,
        hits,
        hitRatio: hits / requests,
        unit: size.unit,
        asked: size.label,
        ...(trace.sized ? { bytes, hitBytes, byteHitRatio: bytes === 0 ? 0 : hitBytes / bytes } : {}),
        ...(bound ? { bound } : {}),
      }),
    )
    .join('\n')
}
