import { CacheError } from '../../errors.ts'
import type { Previous } from '../driver.ts'
import { tierError } from '../tier-error.ts'
import { isErrorReply, type RedisReply, TIER } from './link.ts'
import { OUTCOMES } from './scripts/script.ts'

const DIGIT_0 = 0x30

/** A reply that cannot be one to what was asked: what comes on this connection answers other questions. */
export class MisplacedReply extends Error {}

/** Replies that say that the server takes no writes now, and may well serve reads. */
const REFUSALS = /\b(?:OOM|READONLY|MISCONF|NOREPLICAS|NOPERM)\b/

/** The error of a command that writes. */
export function writeError(error: Error): CacheError {
  if (!isErrorReply(error) || !REFUSALS.test(error.message)) return tierError(TIER, error)
  return new CacheError('WRITE_REFUSED', `${TIER}: ${error.message}`, { cause: error, context: { tier: TIER } })
}

/** Throws the first error among replies to commands that write. */
export function assertWritten(replies: readonly RedisReply[]): void {
  for (const reply of replies) if (reply instanceof Error) throw writeError(reply)
}

/** Throws unless each reply is that of a SET that was done. */
export function assertSet(replies: readonly RedisReply[]): void {
  for (const reply of replies) if (String(reply) !== 'OK') throw misplaced('SET', reply)
}

/** The values that MGET of `count` keys answered. */
export function valuesOf(reply: RedisReply | undefined, count: number): (Uint8Array | undefined)[] {
  if (!Array.isArray(reply) || reply.length !== count) throw misplaced('MGET', reply)
  const values: (Uint8Array | undefined)[] = []
  for (const value of reply as readonly RedisReply[]) {
    if (value !== null && !Buffer.isBuffer(value)) throw misplaced('MGET', reply)
    values.push(value === null ? undefined : bytes(value))
  }
  return values
}

/** The value that stands alone in the reply of a script. */
export function singleValue(reply: RedisReply | undefined): Uint8Array {
  if (!Buffer.isBuffer(reply)) throw misplaced('a script', reply)
  return bytes(reply)
}

/** What a script on `count` entries says that it replaced. */
export function outcomes(reply: RedisReply | undefined, count: number): Previous[] {
  const digits = Array.isArray(reply) && Buffer.isBuffer(reply[0]) ? reply[0] : undefined
  if (digits?.length !== count) throw misplaced('a script', reply)
  return Array.from(digits, (digit) => {
    const previous = OUTCOMES[digit - DIGIT_0]
    if (previous === undefined) throw misplaced('a script', reply)
    return previous
  })
}

/** Whether `commitNewer` stored what it was given. Clients give texts inside MULTI as strings. */
export function wasCommitted(reply: RedisReply | undefined): boolean {
  if (!Array.isArray(reply)) throw misplaced('a script', reply)
  return !String(reply[0]).includes(String(OUTCOMES.indexOf('newer')))
}

/** The server's time in ms, out of the reply of TIME: seconds, and microseconds of them. */
export function timeOf(reply: RedisReply | undefined): number {
  if (reply instanceof Error) throw tierError(TIER, reply)
  const [seconds, micros] = Array.isArray(reply) && reply.length === 2 ? reply.map((part) => Number(String(part))) : []
  const time = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
  if (!Number.isFinite(time)) throw misplaced('TIME', reply)
  return time
}

/** What a script answers that says 1 or 0. */
export function truth(reply: RedisReply | undefined): boolean {
  const number = integer(reply)
  if (number !== 0 && number !== 1) throw misplaced('a script', reply)
  return number === 1
}

/** How many keys UNLINK removed. */
export function countOf(reply: RedisReply | undefined): number {
  const count = integer(reply)
  if (count === undefined) throw misplaced('UNLINK', reply)
  return count
}

/** ioredis may be told to answer numbers as strings. */
function integer(reply: RedisReply | undefined): number | undefined {
  if (typeof reply === 'number') return reply
  return typeof reply === 'string' && /^\d+$/.test(reply) ? Number(reply) : undefined
}

function misplaced(what: string, reply: RedisReply | undefined): CacheError {
  const shape = Array.isArray(reply) ? `${reply.length} values` : reply === null ? 'nothing' : typeof reply
  return tierError(TIER, new MisplacedReply(`${what} was answered with ${shape}: not its own reply`))
}

/** The same bytes without Buffer's own `slice`, which shares memory where Uint8Array's copies. */
function bytes(reply: Buffer): Uint8Array {
  return new Uint8Array(reply.buffer, reply.byteOffset, reply.byteLength)
}
