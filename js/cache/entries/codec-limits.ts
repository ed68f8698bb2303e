import { TooHeavy } from '../../codec/msgpack/format.ts'
import { CacheError } from '../../errors.ts'

/** A payload may have so many bytes at the most. */
export const PAYLOAD_LIMIT = 256 * 1024 * 1024

/** However little a region may hold, a compressed payload may have so many bytes, and the parts of a value take so many. */
const LEAST_INFLATED = 16 * 1024 * 1024
const LEAST_ROOM = 64 * 1024 * 1024

/**
 * The most bytes that a compressed payload may have in a region that may hold so many in memory. A few bytes from a
 * tier can inflate to a thousand times as many. A larger payload is written as it is.
 */
export function mostInflated(memory: number): number {
  return Math.min(Math.max(memory, LEAST_INFLATED), PAYLOAD_LIMIT)
}

/**
 * How much memory the parts of one value may take there, in bytes: a list of empty lists is made of a byte for each. A
 * value whose parts would take more is refused, when it is written as when it is read.
 */
export function roomFor(memory: number): number {
  return Math.max(2 * memory, LEAST_ROOM)
}

/** The reason why a value could not be made of its bytes. */
export function unreadable(error: unknown): string {
  return error instanceof TooHeavy ? 'bomb' : 'value'
}

/** What a value gets that the codec cannot store: too large, or no memory for it. */
export function codecRefusal(reason: string, region: string, key: string): CacheError {
  const code = reason === 'memory' ? 'OUT_OF_MEMORY' : 'UNSERIALIZABLE_VALUE'
  const limit = `at most ${PAYLOAD_LIMIT} bytes can be stored in one entry`
  const message = `Cannot store key ${JSON.stringify(key)} of region '${region}': ${reason} (${limit})`
  return new CacheError(code, message, { context: { region, key } })
}
