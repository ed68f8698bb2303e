import { type Clock, systemClock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type { Driver } from './driver.ts'
import { checkOptions } from './driver-options.ts'
import { KeyValueDriver } from './key-value.ts'

/** A key of Deno KV. */
export type DenoKvKey = readonly (string | number)[]

/** What is needed of Deno KV: what `Deno.openKv` answers has it. */
export interface DenoKvLike {
  /** What is under `key`; its value is null where there is nothing. */
  get(key: DenoKvKey): Promise<{ readonly value: unknown }>
  /** Stores a value, for `expireIn` ms or for ever. */
  set(key: DenoKvKey, value: unknown, options?: { expireIn?: number }): Promise<unknown>
  /** Removes `key`. */
  delete(key: DenoKvKey): Promise<void>
  /** The entries from `start` up to `end`. */
  list(selector: { start: DenoKvKey; end: DenoKvKey }): AsyncIterable<{ readonly key: DenoKvKey }>
}

/** Options of `denoKvDriver`. */
export interface DenoKvOptions {
  /** The first part of all keys. Default: 'omnicache'. */
  readonly base?: string | undefined
  /** Where time comes from. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
}

/** Deno KV takes keys of up to 2,048 bytes; ours have more parts than the name. */
const LONGEST_NAME = 1800

const PARALLEL = 16

/** Deno KV takes values of up to 64 KiB, as it writes them; this leaves room for that. */
const PIECE = 60_000

/** The longest lifetime that is handed on, in ms: ten years. */
const MAX_TTL = 10 * 365 * 86_400_000

/** How many names one step of a removal takes. */
const STEP = 500

/** What is stored of a value that takes several keys: which they are. */
interface Pieces {
  readonly id: string
  readonly count: number
}

/**
 * A tier in Deno KV. Values above 60,000 bytes take several keys: they are written first, and read only
 * where all of them are there. Values are compared here and not by Deno KV: see `Driver.atomic`. The
 * database is never closed.
 *
 * @example
 * denoKvDriver(await Deno.openKv())
 *
 * @throws CacheError `INVALID_OPTION` for what is no database.
 */
export function denoKvDriver(kv: DenoKvLike, options: DenoKvOptions = {}): Driver {
  checkOptions('denoKvDriver', options, ['base', 'clock'])
  const { base = 'omnicache', clock = systemClock } = options
  if (typeof kv?.get !== 'function' || typeof kv.list !== 'function') {
    const message = 'deno-kv: expected a database of Deno KV, as `await Deno.openKv()` answers'
    throw new CacheError('INVALID_OPTION', message, { context: { tier: 'deno-kv', option: 'kv' } })
  }
  const entry = (name: string): DenoKvKey => [base, 'entry', name]
  const piece = (name: string, id: string, i: number): DenoKvKey => [base, 'piece', name, id, i]

  /** Removes the keys beside the first that a value takes. */
  const forget = async (name: string, value: unknown): Promise<void> => {
    if (!isPieces(value)) return
    for (let i = 0; i < value.count; i++) await kv.delete(piece(name, value.id, i))
  }

  const store = {
    name: 'deno-kv',
    longestName: LONGEST_NAME,
    parallel: PARALLEL,
    async get(name: string) {
      const { value } = await kv.get(entry(name))
      if (value instanceof Uint8Array) return value
      if (!isPieces(value)) return undefined
      const { id, count } = value
      const found = await Promise.all(Array.from({ length: count }, (_, i) => kv.get(piece(name, id, i))))
      const parts = found.flatMap((part) => (part.value instanceof Uint8Array ? [part.value] : []))
      return parts.length === count ? joined(parts) : undefined
    },
    async put(name: string, value: Uint8Array, ttl: number) {
      const life = ttl > MAX_TTL ? {} : { expireIn: Math.max(1, Math.ceil(ttl)) }
      const { value: before } = await kv.get(entry(name))
      if (value.byteLength <= PIECE) {
        await kv.set(entry(name), value, life)
      } else {
        const pieces: Pieces = { id: crypto.randomUUID(), count: Math.ceil(value.byteLength / PIECE) }
        for (let i = 0; i < pieces.count; i++) {
          await kv.set(piece(name, pieces.id, i), value.slice(i * PIECE, (i + 1) * PIECE), life)
        }
        await kv.set(entry(name), pieces, life)
      }
      await forget(name, before)
    },
    async delete(name: string) {
      const { value } = await kv.get(entry(name))
      await kv.delete(entry(name))
      await forget(name, value)
    },
    /** From the prefix itself up to what is behind all names that begin with it: they are ASCII. */
    async *names(prefix: string) {
      let names: string[] = []
      for await (const { key } of kv.list({ start: entry(prefix), end: entry(`${prefix}\x7f`) })) {
        names.push(String(key[2]))
        if (names.length === STEP) {
          yield names
          names = []
        }
      }
      yield names
    },
  }
  return new KeyValueDriver(store, clock)
}

function isPieces(value: unknown): value is Pieces {
  const { id, count } = (value ?? {}) as Partial<Pieces>
  return typeof id === 'string' && Number.isSafeInteger(count)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}
