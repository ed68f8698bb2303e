import type { Driver, DriverEntry, Exchange } from './driver.ts'

/**
 * A driver whose code is loaded at its first use, so that importing the cache pulls in no
 * tier. A load that fails is tried again at the next use.
 */
export class LazyDriver implements Driver {
  readonly name: string
  readonly shared: boolean
  readonly #load: () => Promise<Driver>
  #loading: Promise<Driver> | undefined
  #loaded: Driver | undefined

  constructor(name: string, shared: boolean, load: () => Promise<Driver>) {
    this.name = name
    this.shared = shared
    this.#load = load
  }

  async getMany(keys: readonly string[], current?: number): Promise<(Uint8Array | undefined)[]> {
    return (await this.#driver()).getMany(keys, current)
  }

  async setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    return (await this.#driver()).setMany(entries, guard)
  }

  async exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    return (await this.#driver()).exchangeMany(entries, onlyNewer, guard)
  }

  async exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    const driver = await this.#driver()
    return driver.exchangeTogether?.(entries, guard) ?? driver.exchangeMany(entries, true, guard)
  }

  async setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    return (await this.#driver()).setIfAbsent(key, value)
  }

  async commit(entries: readonly DriverEntry[]): Promise<void> {
    return (await this.#driver()).commit(entries)
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    return (await this.#driver()).deleteMany(keys)
  }

  async deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    return (await this.#driver()).deletePrefix(prefix, signal)
  }

  async now(): Promise<number> {
    return (await this.#driver()).now()
  }

  async connect(): Promise<void> {
    return (await this.#driver()).connect()
  }

  async close(): Promise<void> {
    await (await this.#loading)?.close()
  }

  reset(): void {
    this.#loaded?.reset?.()
  }

  #driver(): Promise<Driver> {
    this.#loading ??= this.#loadNow().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  async #loadNow(): Promise<Driver> {
    this.#loaded = await this.#load()
    return this.#loaded
  }
}
