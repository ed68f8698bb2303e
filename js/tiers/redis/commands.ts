import type { DriverEntry } from '../driver.ts'
import type { RedisArgument, RedisCommand, RedisReply } from './link.ts'
import { packed } from './packed.ts'

/** The most keys that one command names: none holds the server for long, and a script can take as many. */
export const MAX_KEYS = 5000

/** The longest TTL that is handed to Redis as one, some 30,000 years; beyond, values stay until deleted. */
const MAX_TTL = 1e15

/** MGET of some keys: unlike GET it answers nil, no error, where there is something other than a string. */
export function get(keys: readonly RedisArgument[], replica = false): RedisCommand {
  return { name: 'mget', keys, replica }
}

/** SET of one entry, with its TTL. */
export function set({ key, value, ttl }: DriverEntry): RedisCommand {
  const px = milliseconds(ttl)
  return { name: 'set', keys: [key], after: px === 0 ? [buffer(value)] : [buffer(value), 'PX', String(px)] }
}

/** One run of a script on some entries, by source or by SHA; with a guard it answers its value too; `before` is for scripts that ask for it. */
export function evaluate(
  name: 'eval' | 'evalsha',
  what: string,
  entries: readonly DriverEntry[],
  guard: string | undefined,
  before?: number,
): RedisCommand {
  const keys = entries.map(({ key }) => key)
  if (guard !== undefined) keys.push(guard)
  const after = [packed(entries), String(entries.length)]
  if (before !== undefined) after.push(String(before))
  return { name, before: [what, String(keys.length)], keys, after }
}

/** A TTL as Redis takes it: whole and at least 1; 0 is for ever. */
export function milliseconds(ttl: number): number {
  return ttl > MAX_TTL ? 0 : Math.max(1, Math.ceil(ttl))
}

/** The same bytes, as clients want them. */
export function buffer(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
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
