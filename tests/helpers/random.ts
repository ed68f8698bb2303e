import type { RandomSource } from '../../js/flow/random.ts'

/** Numbers from 0 (included) to 1 (excluded) that a seed decides (mulberry32, Tommy Ettinger). */
export function seededUnit(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Random bytes that a seed decides. */
export function seededRandom(seed: number): RandomSource {
  const unit = seededUnit(seed)
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(unit() * 256)
  }
}
