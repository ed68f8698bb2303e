import type { Kind } from './kinds.ts'
import { Random } from './random.ts'
import { ZIPF_EXPONENT, Zipf } from './zipf.ts'

/**
 * `count` request targets: the kind by its share, the id by Zipf's law within the kind.
 * The same seed gives the same sequence.
 */
export function workload(kinds: readonly Kind[], seed: number, count: number, exponent = ZIPF_EXPONENT): string[] {
  const random = new Random(seed)
  const popularity = kinds.map((kind) => new Zipf(kind.ids, exponent))
  return Array.from({ length: count }, () => {
    const index = drawKind(kinds, random)
    return `/${kinds[index]?.route}/${popularity[index]?.draw(random)}`
  })
}

/** An endless stream of targets, as `workload` draws them. */
export function* endless(kinds: readonly Kind[], seed: number): Generator<string> {
  for (let round = 0; ; round++) yield* workload(kinds, seed + round, 1_000)
}

/** Every nth of `items`, spread evenly, so that `size` of them (or all) stand for the whole. */
export function sample<T>(items: readonly T[], size: number): T[] {
  const step = Math.max(1, items.length / size)
  return Array.from({ length: Math.min(size, items.length) }, (_, i) => items[Math.floor(i * step)] as T)
}

function drawKind(kinds: readonly Kind[], random: Random): number {
  let left = random.next()
  for (let i = 0; i < kinds.length - 1; i++) {
    left -= kinds[i]?.share ?? 0
    if (left < 0) return i
  }
  return kinds.length - 1
}
