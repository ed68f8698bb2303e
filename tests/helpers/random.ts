import type { RandomSource } from '../../js/flow/random.ts'
import { seeded } from '../../js/testing/index.ts'

/** Random bytes that a seed decides. */
export function seededRandom(seed: number): RandomSource {
  const unit = seeded(seed)
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(unit() * 256)
  }
}
