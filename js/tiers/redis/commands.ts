import type { DriverEntry } from '../driver.ts'
import type { RedisArgument, RedisCommand, RedisReply } from './link.ts'

/** The most keys that one command names: none holds the server for long, and a script can take as many. */
const MAX_KEYS = 5000

/** The longest TTL that is handed to Redis as one, some 30,000 years; beyond, values stay until deleted. */
const MAX_TTL = 1e15

/** MGET of some keys: unlike GET it answers nil, no error, where there is something other than a string. */
export function get(keys: readonly RedisArgument[], replica = false): RedisCommand {
  return { name: 'mget', keys, replica }
}

/** SET of one entry, with its TTL. */
export function set({ key, value, ttl }: DriverEntry): RedisCommand {
  const px = milliseconds(ttl)
  return { name: 'set', keys: [key], after: px === '' ? [buffer(value)] : [buffer(value), 'PX', px] }
}

/** One run of a script on one entry, by source or by SHA. */
export function evaluate(name: 'eval' | 'evalsha', what: string, { key, value, ttl }: DriverEntry): RedisCommand {
  return { name, before: [what, '1'], keys: [key], after: [buffer(value), milliseconds(ttl)] }
}

/** One run of a script on several entries at once. */
export function evaluateTogether(
  name: 'eval' | 'evalsha',
  what: string,
  entries: readonly DriverEntry[],
): RedisCommand {
  return {
    name,
    before: [what, String(entries.length)],
    keys: entries.map(({ key }) => key),
    after: entries.flatMap(({ value, ttl }) => [buffer(value), milliseconds(ttl)]),
  }
}

/** A TTL as Redis takes it: whole and at least 1; '' is for ever. */
function milliseconds(ttl: number): string {
  return ttl > MAX_TTL ? '' : String(Math.max(1, Math.ceil(ttl)))
}

/** The same bytes, as clients want them. */
export function buffer(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

/** The same bytes without Buffer's own `slice`, which shares memory where Uint8Array's copies. */
export function bytes(reply: RedisReply | undefined): Uint8Array | undefined {
  return Buffer.isBuffer(reply) ? new Uint8Array(reply.buffer, reply.byteOffset, reply.byteLength) : undefined
}

/** UNLINK of some keys. */
export function unlink(keys: readonly RedisArgument[]): RedisCommand {
  return { name: 'unlink', keys }
}

/** In groups of as many as one command may name. */
export function inChunks<T>(keys: readonly T[]): T[][] {
  const chunks: T[][] = []
  for (let i = 0; i < keys.length; i += MAX_KEYS) chunks.push(keys.slice(i, i + MAX_KEYS))
  return chunks
}

/** A glob pattern that matches `text` alone. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}

/** Whether the server does not know the SHA it was given. */
export function isNoScript(reply: RedisReply | undefined): boolean {
  return reply instanceof Error && reply.message.startsWith('NOSCRIPT')
}
