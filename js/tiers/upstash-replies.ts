import { CacheError } from '../errors.ts'
import type { Previous } from './driver.ts'
import { OUTCOMES } from './redis/scripts/script.ts'
import { tierError } from './tier-error.ts'

/** What every error, metric and event calls this tier. */
export const TIER = 'upstash'

/** One reply, with strings as bytes. */
export type HttpReply = Uint8Array | number | null | CommandError | readonly HttpReply[]

/** The server has answered a command with an error: what it says is known. */
export class CommandError extends Error {}

/** Replies that say that the server takes no writes now, and may well serve reads. */
const REFUSALS = /\b(?:OOM|READONLY|MISCONF|NOREPLICAS|NOPERM)\b|max [a-z ]+ (?:size|limit) exceeded/

const DIGIT_0 = 0x30

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The reply to a command that reads. */
export function known(reply: HttpReply | undefined): HttpReply {
  if (reply === undefined || reply instanceof CommandError) throw tierError(TIER, reply)
  return reply
}

/** The reply to a command that writes. */
export function written(reply: HttpReply): HttpReply {
  if (reply instanceof CommandError) throw writeError(reply)
  return reply
}

/** What a command that writes rejects with. */
export function writeError(error: CommandError): CacheError {
  if (!REFUSALS.test(error.message)) return tierError(TIER, error)
  return new CacheError('WRITE_REFUSED', `${TIER}: ${error.message}`, { cause: error, context: { tier: TIER } })
}

/** The values that MGET of `count` keys answered. */
export function valuesOf(reply: HttpReply, count: number): (Uint8Array | undefined)[] {
  const values = listOf(reply, 'MGET')
  if (values.length !== count) throw misplaced('MGET')
  return values.map((value) => {
    if (value !== null && !(value instanceof Uint8Array)) throw misplaced('MGET')
    return value ?? undefined
  })
}

/** What a script on `count` entries says that it replaced. */
export function outcomes(reply: HttpReply, count: number): Previous[] {
  const [digits] = listOf(reply, 'a script')
  if (!(digits instanceof Uint8Array) || digits.length !== count) throw misplaced('a script')
  return Array.from(digits, (digit) => {
    const previous = OUTCOMES[digit - DIGIT_0]
    if (previous === undefined) throw misplaced('a script')
    return previous
  })
}

export function listOf(reply: HttpReply | undefined, what: string): readonly HttpReply[] {
  if (!Array.isArray(reply)) throw misplaced(what)
  return reply
}

export function countOf(reply: HttpReply): number {
  if (typeof reply !== 'number') throw misplaced('a command')
  return reply
}

/** A string, or nothing where the bytes are no text: then they are no key of ours. */
export function text(reply: HttpReply | undefined): string[] {
  try {
    return reply instanceof Uint8Array ? [decoder.decode(reply)] : []
  } catch {
    return []
  }
}

/** What is said of a reply of another shape than the command has. */
export function misplaced(what: string): CacheError {
  return tierError(TIER, new Error(`${what} was answered with something else`))
}
