import { CacheManager } from '../../../js/cache/manager.ts'
import { indexedDbDriver } from '../../../js/tiers/indexeddb.ts'

/** What a test can do in the page with one cache over IndexedDB. */
export interface CachePage {
  make(options: { database: string; openTimeout?: number; key?: string }): void
  call(method: CacheMethod, args: readonly unknown[]): Promise<{ value?: unknown; error?: string; ms: number }>
  /** Stores `count` values of `size` random bytes each: such as don't compress. */
  fill(count: number, size: number): Promise<boolean[]>
  state(): string
  /** How the bus is doing. */
  bus(): string
  /** What L2 refused so far, by its cause. */
  refusals: string[]
  unhandled: string[]
}

export type CacheMethod =
  | 'get'
  | 'set'
  | 'has'
  | 'delete'
  | 'clear'
  | 'setMany'
  | 'deleteMany'
  | 'deleteByTag'
  | 'ready'
  | 'close'

declare global {
  var cache: CachePage
}

const unhandled: string[] = []
addEventListener('unhandledrejection', (event) => unhandled.push(String(event.reason)))
addEventListener('error', (event) => unhandled.push(event.message))

let manager: CacheManager | undefined

const refusals: string[] = []

globalThis.cache = {
  refusals,
  unhandled,
  make({ database, key, ...options }) {
    manager = new CacheManager({
      l2: indexedDbDriver({ database, ...options }),
      ...(key === undefined ? {} : { encryption: { keys: key } }),
      regions: {
        live: { l1: { ttl: '50ms' } },
        kept: { l1: { ttl: '1h' } },
        packed: { store: 'packed' },
        large: { maxBytes: '1MB', strict: false },
      },
      circuit: { maxDelay: '300ms' },
    })
    manager.on('error', ({ error }) => refusals.push(causeOf(error)))
  },
  async call(method, args) {
    const start = performance.now()
    try {
      const work = manager?.[method] as (...given: readonly unknown[]) => Promise<unknown>
      const value = await work.apply(manager, [...args])
      return { value, ms: performance.now() - start }
    } catch (error) {
      return { error: String(error), ms: performance.now() - start }
    }
  },
  async fill(count, size) {
    const stored: boolean[] = []
    for (let n = 0; n < count; n++) {
      const value = new Uint8Array(size)
      for (let i = 0; i < size; i += 65_536) crypto.getRandomValues(value.subarray(i, i + 65_536))
      stored.push((await manager?.set('packed', `fill ${n}`, value)) === true)
    }
    return stored
  },
  state: () => manager?.status().l2.state ?? 'none',
  bus: () => manager?.status().bus.state ?? 'none',
}

function causeOf(error: unknown): string {
  const { cause } = error as Error
  return cause instanceof Error ? cause.name : String(error)
}
