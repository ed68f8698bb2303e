import { type Clock, systemClock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type { Driver } from './driver.ts'
import { checkOptions } from './driver-options.ts'
import { KeyValueDriver } from './key-value.ts'

/** What is needed of a KV namespace of Cloudflare Workers: `env.NAME` has it. */
export interface KvNamespaceLike {
  /** The bytes under `key`. */
  get(key: string, type: 'arrayBuffer'): Promise<ArrayBuffer | null>
  /** Stores bytes, for `expirationTtl` s or for ever. */
  put(key: string, value: Uint8Array, options?: { expirationTtl?: number }): Promise<void>
  /** Removes `key`. */
  delete(key: string): Promise<void>
  /** One page of the keys that begin with `prefix`. */
  list(options: { prefix: string; cursor?: string }): Promise<KvList>
}

/** One page of `list`. */
export type KvList =
  | {
      /** Keys that are there; maybe none. */
      readonly keys: readonly KvName[]
      /** It is the last page. */
      readonly list_complete: true
    }
  | {
      /** Keys that are there; maybe none. */
      readonly keys: readonly KvName[]
      /** There may be more. */
      readonly list_complete: false
      /** What `list` is to be given for them. */
      readonly cursor: string
    }

/** A key, as `list` tells it. */
export interface KvName {
  /** The key. */
  readonly name: string
}

/** Options of `cloudflareKvDriver`. */
export interface CloudflareKvOptions {
  /** Where time comes from. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
}

/** Workers KV takes keys of up to 512 bytes. */
const LONGEST_NAME = 512

/** A Worker has as many connections open at once. */
const PARALLEL = 6

/** The shortest and the longest lifetime that Workers KV is handed, in s. Shorter ones end by the deadline in the value. */
const MIN_TTL = 60
const MAX_TTL = 10 * 365 * 86_400

/**
 * A tier in Workers KV. It is eventually consistent: a location may answer what it read up to a minute ago,
 * which is why `lags` is true. It can neither compare nor write several values at once: see `Driver.atomic`.
 *
 * @throws CacheError `INVALID_OPTION` for what is no KV namespace, or an option that there is not.
 */
export function cloudflareKvDriver(namespace: KvNamespaceLike, options: CloudflareKvOptions = {}): Driver {
  if (typeof namespace?.get !== 'function' || typeof namespace.list !== 'function') {
    const message = 'cloudflare-kv: expected a KV namespace: the binding of that name in `env`'
    throw new CacheError('INVALID_OPTION', message, { context: { tier: 'cloudflare-kv', option: 'namespace' } })
  }
  checkOptions('cloudflareKvDriver', options, ['clock'])
  const store = {
    name: 'cloudflare-kv',
    lags: true,
    longestName: LONGEST_NAME,
    parallel: PARALLEL,
    // One write a second to the same key is taken, and a daily number in all.
    refused: (error: unknown) => error instanceof Error && /\b(?:429|413)\b|limit exceeded/i.test(error.message),
    async get(name: string) {
      const found = await namespace.get(name, 'arrayBuffer')
      return found === null ? undefined : new Uint8Array(found)
    },
    put: (name: string, value: Uint8Array, ttl: number) => {
      const seconds = Math.max(MIN_TTL, Math.ceil(ttl / 1000))
      return namespace.put(name, value, seconds > MAX_TTL ? {} : { expirationTtl: seconds })
    },
    delete: (name: string) => namespace.delete(name),
    async *names(prefix: string) {
      let cursor: string | undefined
      do {
        const page = await namespace.list({ prefix, ...(cursor === undefined ? {} : { cursor }) })
        yield page.keys.map(({ name }) => name)
        cursor = page.list_complete ? undefined : page.cursor
      } while (cursor !== undefined)
    },
  }
  return new KeyValueDriver(store, options.clock ?? systemClock)
}
