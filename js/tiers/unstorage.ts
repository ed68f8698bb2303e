import { type Clock, systemClock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type { Driver } from './driver.ts'
import { checkOptions } from './driver-options.ts'
import { KeyValueDriver } from './key-value.ts'

/** What is needed of a storage of unstorage: what `createStorage` makes has it. */
export interface UnstorageLike {
  /** What is under `key`; null where there is nothing. */
  getItemRaw(key: string): Promise<unknown>
  /** Stores bytes, for `ttl` s where the storage's driver can. */
  setItemRaw(key: string, value: unknown, options?: { ttl?: number }): Promise<unknown>
  /** Removes `key`. */
  removeItem(key: string): Promise<unknown>
  /** All keys that begin with `base`. */
  getKeys(base?: string): Promise<string[]>
}

/** Options of `unstorageDriver`. */
export interface UnstorageOptions {
  /** What all keys in the storage begin with; no colon at its end. Default: 'omnicache'. */
  readonly base?: string | undefined
  /** Where time comes from. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
}

/** File systems take names of 255 bytes, and drivers put endings on them. */
const LONGEST_NAME = 200

/** How many calls of a storage are under way at once. */
const PARALLEL = 32

/**
 * A tier in any storage of unstorage. Such a storage can neither compare nor write several values at once:
 * see `Driver.atomic`. It is taken for shared, as most are; the storage is never disposed of.
 *
 * @example
 * unstorageDriver(createStorage({ driver: fsDriver({ base: './cache' }) }))
 *
 * @throws CacheError `INVALID_OPTION` for what is no storage.
 */
export function unstorageDriver(storage: UnstorageLike, options: UnstorageOptions = {}): Driver {
  checkOptions('unstorageDriver', options, ['base', 'clock'])
  const { base = 'omnicache', clock = systemClock } = options
  if (typeof storage?.getItemRaw !== 'function' || typeof storage.setItemRaw !== 'function') {
    const message = 'unstorage: expected a storage of unstorage, with getItemRaw and setItemRaw'
    throw new CacheError('INVALID_OPTION', message, { context: { tier: 'unstorage', option: 'storage' } })
  }
  if (!/^[A-Za-z0-9_-]+(?::[A-Za-z0-9_-]+)*$/.test(base)) {
    const message = 'unstorage: base must be letters, digits, - and _, with single colons between'
    throw new CacheError('INVALID_OPTION', message, { context: { tier: 'unstorage', option: 'base' } })
  }
  const store = {
    name: 'unstorage',
    longestName: LONGEST_NAME,
    parallel: PARALLEL,
    get: async (name: string) => bytesOf(await storage.getItemRaw(`${base}:${name}`)),
    put: (name: string, value: Uint8Array, ttl: number) => {
      const seconds = Math.ceil(ttl / 1000)
      return storage.setItemRaw(`${base}:${name}`, value, Number.isSafeInteger(seconds) ? { ttl: seconds } : {})
    },
    delete: (name: string) => storage.removeItem(`${base}:${name}`),
    async *names(prefix: string) {
      const from = `${base}:${prefix}`
      const keys = (await storage.getKeys(base)).filter((key) => key.startsWith(from))
      yield keys.map((key) => key.slice(base.length + 1))
    },
  }
  return new KeyValueDriver(store, clock)
}

/** A copy of what a driver answers: the one in memory hands out what it holds. Anything else is nothing of ours. */
function bytesOf(item: unknown): Uint8Array | undefined {
  if (item instanceof ArrayBuffer) return new Uint8Array(item)
  if (!ArrayBuffer.isView(item)) return undefined
  return new Uint8Array(new Uint8Array(item.buffer, item.byteOffset, item.byteLength))
}
