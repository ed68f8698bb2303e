import { CacheManager } from '../../../js/cache/manager.ts'
import { indexedDbDriver } from '../../../js/tiers/indexeddb.ts'

/** What a test can do in the page with large values in one cache over IndexedDB. */
export interface LargePage {
  make(database: string): void
  /** Sets the large value of that number in a region, which waits until it is in L2. */
  set(region: string, number: number): Promise<boolean>
  /** Whether a region has the large value of that number: another value is an error. */
  get(region: string, number: number): Promise<boolean>
  /** How often each of the browser's engines was used. */
  used: Record<string, number>
  /** Takes the engines away from whoever looks for them from now on. */
  withoutEngines(): void
  /** Changes one bit near the end of all large values in the database; answers how many there were. */
  damage(database: string): Promise<number>
  unhandled: string[]
}

declare global {
  var large: LargePage
}

const KEY = '7e'.repeat(32)
const { subtle } = crypto

const unhandled: string[] = []
addEventListener('unhandledrejection', (event) => unhandled.push(String(event.reason)))
addEventListener('error', (event) => unhandled.push(event.message))

const used: Record<string, number> = {}

function count(name: string): void {
  used[name] = (used[name] ?? 0) + 1
}

for (const name of ['CompressionStream', 'DecompressionStream'] as const) {
  const Stream = globalThis[name]
  const counted = class extends Stream {
    constructor(format: CompressionFormat) {
      super(format)
      count(name)
    }
  }
  Object.assign(globalThis, { [name]: counted })
}

for (const name of ['encrypt', 'decrypt'] as const) {
  const original = subtle[name].bind(subtle)
  subtle[name] = (algorithm, key, bytes) => {
    count(name)
    return original(algorithm, key, bytes)
  }
}

let manager: CacheManager

globalThis.large = {
  used,
  unhandled,
  make(database) {
    manager = new CacheManager({
      l2: indexedDbDriver({ database }),
      bus: false,
      encryption: { keys: KEY },
      regions: {
        squeezed: { compression: true },
        sealed: { encryption: true },
        both: { compression: true, encryption: true },
      },
    })
  },
  async set(region, number) {
    const stored = await manager.set(region, `k${number}`, largeValue(number))
    await manager.ready()
    return stored
  },
  async get(region, number) {
    const found = await manager.get(region, `k${number}`)
    if (found === undefined) return false
    if (JSON.stringify(found) !== JSON.stringify(largeValue(number))) throw new Error('another value')
    return true
  },
  withoutEngines() {
    Object.assign(globalThis, { CompressionStream: undefined, DecompressionStream: undefined })
    Object.defineProperty(crypto, 'subtle', { value: undefined })
  },
  async damage(database) {
    const opened = await done(indexedDB.open(database))
    const store = opened.transaction('entries', 'readwrite').objectStore('entries')
    const [keys, records] = await Promise.all([done(store.getAllKeys()), done(store.getAll())])
    const large = records.flatMap((record: { v: Uint8Array }, i) => (record.v.length > 1_000 ? [{ record, i }] : []))
    for (const { record, i } of large) {
      const at = record.v.length - 40
      record.v[at] = (record.v[at] as number) ^ 1
      await done(store.put(record, keys[i]))
    }
    opened.close()
    return large.length
  },
}

/** An object of some 300 KB, another one for each number. */
function largeValue(number: number): unknown {
  const rows = Array.from({ length: 3_000 }, (_, id) => ({ id, name: `row ${id * number}`, text: 'again '.repeat(10) }))
  return { number, rows }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
