import type { CacheError } from '../errors.ts'
import type { Bus, BusListener } from './bus.ts'
import type { BusOptions, Driver, DriverEntry, Exchange, Replacement, ScanStep } from './driver.ts'
import { closedError, noScan, tierError } from './tier-error.ts'

/** What is known of a driver before its code is loaded. */
export interface LazyOptions {
  readonly name: string
  readonly shared: boolean
  readonly lags?: boolean
  /** Whether its bus brings own messages back. */
  readonly echoes?: boolean
}

/**
 * A driver whose code is loaded at its first use, so that importing the cache pulls in no
 * tier. A load that fails is tried again at the next use.
 */
export class LazyDriver implements Driver {
  readonly name: string
  readonly shared: boolean
  readonly lags: boolean
  readonly #echoes: boolean
  readonly #load: () => Promise<Driver>
  #loading: Promise<Driver> | undefined
  #loaded: Driver | undefined
  /** Who is told of connections. */
  readonly #told: (() => void)[] = []

  constructor({ name, shared, lags = false, echoes = false }: LazyOptions, load: () => Promise<Driver>) {
    this.name = name
    this.shared = shared
    this.lags = lags
    this.#echoes = echoes
    this.#load = load
  }

  get lastError(): CacheError | undefined {
    return this.#loaded?.lastError
  }

  get atomic(): boolean | undefined {
    return this.#loaded?.atomic
  }

  get parallel(): number | undefined {
    return this.#loaded?.parallel
  }

  onConnected(told: () => void): void {
    this.#told.push(told)
    this.#loaded?.onConnected?.(told)
  }

  async getMany(keys: readonly string[], current?: number): Promise<(Uint8Array | undefined)[]> {
    return (this.#loaded ?? (await this.#driver())).getMany(keys, current)
  }

  async setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    return (await this.#driver()).setMany(entries, guard)
  }

  async exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    return (this.#loaded ?? (await this.#driver())).exchangeMany(entries, onlyNewer, guard)
  }

  async exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    const driver = await this.#driver()
    return driver.exchangeTogether?.(entries, guard) ?? driver.exchangeMany(entries, true, guard)
  }

  async setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    return (await this.#driver()).setIfAbsent(key, value)
  }

  async commit(entries: readonly DriverEntry[], onlyNewer?: boolean): Promise<boolean> {
    return (await this.#driver()).commit(entries, onlyNewer)
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    return (await this.#driver()).deleteMany(keys)
  }

  async deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    return (await this.#driver()).deletePrefix(prefix, signal)
  }

  async scan(prefix: string, cursor?: string): Promise<ScanStep> {
    return (await (await this.#driver()).scan?.(prefix, cursor)) ?? Promise.reject(noScan(this.name))
  }

  async replaceMany(replacements: readonly Replacement[]): Promise<boolean[]> {
    return (await (await this.#driver()).replaceMany?.(replacements)) ?? Promise.reject(noScan(this.name))
  }

  /** Where the tier turns out to have no locks, nobody is kept waiting for one. */
  async lock(entry: DriverEntry): Promise<boolean> {
    return (await (await this.#driver()).lock?.(entry)) ?? true
  }

  async unlock(key: string, token: Uint8Array): Promise<boolean> {
    return (await (await this.#driver()).unlock?.(key, token)) ?? false
  }

  bus(options: BusOptions): Bus {
    const load = async () => {
      const bus = (await this.#driver()).bus?.(options)
      if (bus === undefined) throw tierError(this.name, new Error('there is no bus'))
      return bus
    }
    const tracks = options.kind === 'tracking'
    return new LazyBus(tracks ? `${this.name}-tracking` : this.name, this.#echoes, tracks, load)
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
    const driver = await this.#load()
    for (const told of this.#told) driver.onConnected?.(told)
    this.#loaded = driver
    return driver
  }
}

/** A bus whose code is loaded when it is started. */
class LazyBus implements Bus {
  readonly name: string
  readonly echoes: boolean
  readonly tracks: boolean
  readonly #load: () => Promise<Bus>
  #loading: Promise<Bus> | undefined
  #loaded: Bus | undefined
  #closed = false

  constructor(name: string, echoes: boolean, tracks: boolean, load: () => Promise<Bus>) {
    this.name = name
    this.echoes = echoes
    this.tracks = tracks
    this.#load = load
  }

  start(listener: BusListener): void {
    if (this.#closed) return
    this.#loading = this.#load()
    this.#loading.then(
      (bus) => {
        this.#loaded = bus
        bus.start(listener)
      },
      (cause: unknown) => listener.state(false, cause),
    )
  }

  async publish(message: Uint8Array): Promise<void> {
    if (this.#closed) throw closedError(this.name)
    if (this.#loading === undefined) throw tierError(this.name, new Error('the bus was not started'))
    await (await this.#loading).publish(message)
  }

  reset(): void {
    this.#loaded?.reset?.()
  }

  async close(): Promise<void> {
    this.#closed = true
    const bus = await this.#loading?.catch(() => undefined)
    await bus?.close()
  }
}
