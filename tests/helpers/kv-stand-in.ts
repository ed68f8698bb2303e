import type { Clock } from '../../js/clock.ts'
import type { KvList, KvNamespaceLike } from '../../js/tiers/cloudflare-kv.ts'

/** A KV namespace with the limits that Cloudflare documents, in memory and without any lag. */
export class KvStandIn implements KvNamespaceLike {
  readonly #stored = new Map<
    string,
    { readonly value: Uint8Array; readonly ttl: number | undefined; readonly end: number }
  >()
  readonly #clock: Clock
  /** What the next writes fail with. */
  fault: Error | undefined
  /** How long a read or write takes, in ms. */
  latency = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async get(key: string): Promise<ArrayBuffer | null> {
    assertKey(key)
    await this.#taken()
    const stored = this.#stored.get(key)
    return stored !== undefined && stored.end > this.#clock.wall() ? new Uint8Array(stored.value).buffer : null
  }

  async put(key: string, value: Uint8Array, { expirationTtl }: { expirationTtl?: number } = {}): Promise<void> {
    assertKey(key)
    await this.#taken()
    if (this.fault) throw this.fault
    if (value.byteLength > 25 << 20) throw new Error('KV PUT failed: 413 Value length exceeds limit of 26214400.')
    if (expirationTtl !== undefined && !(Number.isInteger(expirationTtl) && expirationTtl >= 60)) {
      throw new Error(
        `KV PUT failed: 400 Invalid expiration_ttl of ${expirationTtl}. Expiration TTL must be at least 60.`,
      )
    }
    const end = this.#clock.wall() + (expirationTtl ?? Number.POSITIVE_INFINITY) * 1000
    this.#stored.set(key, { value: new Uint8Array(value), ttl: expirationTtl, end })
  }

  async delete(key: string): Promise<void> {
    assertKey(key)
    this.#stored.delete(key)
  }

  /** Pages of 1,000, in the order of the names. */
  async list({ prefix, cursor = '' }: { prefix: string; cursor?: string }): Promise<KvList> {
    if (prefix.length > 512)
      throw new Error('KV LIST failed: 414 UTF-8 encoded length exceeds key length limit of 512.')
    const names = this.names().filter((name) => name.startsWith(prefix) && name > cursor)
    const keys = names.slice(0, 1000).map((name) => ({ name }))
    const last = keys.at(-1)?.name
    return names.length > 1000 && last !== undefined
      ? { keys, list_complete: false, cursor: last }
      : { keys, list_complete: true }
  }

  #taken(): Promise<void> | undefined {
    return this.latency === 0 ? undefined : new Promise((resolve) => this.#clock.after(this.latency, resolve))
  }

  names(): string[] {
    return [...this.#stored.keys()].sort()
  }

  /** The lifetimes that were given, in s, in the order of the writes. */
  lifetimes(): (number | undefined)[] {
    return [...this.#stored.values()].map(({ ttl }) => ttl)
  }
}

function assertKey(key: string): void {
  if (key === '' || key === '.' || key === '..') throw new TypeError('Key name cannot be empty or a dot.')
  if (new TextEncoder().encode(key).length > 512)
    throw new Error('KV: 414 UTF-8 encoded length exceeds key length limit of 512.')
}
