import type { FakeClock } from '../../js/testing/fake-clock.ts'
import type { Driver, DriverEntry, Exchange } from '../../js/tiers/driver.ts'

/** How much longer than it was told the server keeps an entry, in ms: no test takes so long. */
const MARGIN = 3_600_000

/**
 * A server whose time is that of a fake clock. It tells that time; an entry is removed from it, before
 * the next call, once the clock says that its TTL is over; and in real time nothing ends
 * while a test runs.
 */
export class TimedDriver implements Driver {
  readonly name: string
  readonly shared: boolean
  readonly #server: Driver
  readonly #clock: FakeClock
  /** When each entry ends, in ms of the clock. */
  readonly #ends = new Map<string, number>()

  constructor(server: Driver, clock: FakeClock) {
    this.name = server.name
    this.shared = server.shared
    this.#server = server
    this.#clock = clock
  }

  async getMany(keys: readonly string[], current?: number): Promise<(Uint8Array | undefined)[]> {
    await this.#expire()
    return this.#server.getMany(keys, current)
  }

  async setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    await this.#expire()
    const answer = await this.#server.setMany(entries.map(this.#kept), guard)
    for (const entry of entries) this.#note(entry)
    return answer
  }

  async exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    await this.#expire()
    return this.#noteThose(entries, await this.#server.exchangeMany(entries.map(this.#kept), onlyNewer, guard))
  }

  async exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    await this.#expire()
    if (this.#server.exchangeTogether === undefined) throw new Error(`${this.name} writes nothing together`)
    return this.#noteThose(entries, await this.#server.exchangeTogether(entries.map(this.#kept), guard))
  }

  async setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    await this.#expire()
    return this.#server.setIfAbsent(key, value)
  }

  async commit(entries: readonly DriverEntry[], onlyNewer?: boolean): Promise<boolean> {
    await this.#expire()
    const done = await this.#server.commit(entries.map(this.#kept), onlyNewer)
    if (done) for (const entry of entries) this.#note(entry)
    return done
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    await this.#expire()
    return this.#server.deleteMany(keys)
  }

  async deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    await this.#expire()
    return this.#server.deletePrefix(prefix, signal)
  }

  async lock(entry: DriverEntry): Promise<boolean> {
    await this.#expire()
    const taken = await this.#server.lock?.(this.#kept(entry))
    if (taken) this.#note(entry)
    return taken === true
  }

  async unlock(key: string, token: Uint8Array): Promise<boolean> {
    await this.#expire()
    return (await this.#server.unlock?.(key, token)) === true
  }

  /** The server is asked too: its answer takes its time. */
  async now(): Promise<number> {
    await this.#server.now()
    return this.#clock.wall()
  }

  connect(): Promise<void> {
    return this.#server.connect()
  }

  reset(): void {
    this.#server.reset?.()
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  readonly #kept = (entry: DriverEntry): DriverEntry => {
    const { before } = entry
    const timed = before === undefined ? {} : { before: before - this.#clock.wall() + Date.now() }
    return { ...entry, ...timed, ttl: entry.ttl + MARGIN }
  }

  #note({ key, ttl }: DriverEntry): void {
    if (ttl === Number.POSITIVE_INFINITY) this.#ends.delete(key)
    else this.#ends.set(key, this.#clock.now() + ttl)
  }

  #noteThose(entries: readonly DriverEntry[], exchange: Exchange): Exchange {
    for (const [i, entry] of entries.entries()) if (exchange.previous[i] !== 'newer') this.#note(entry)
    return exchange
  }

  async #expire(): Promise<void> {
    const over = [...this.#ends].flatMap(([key, end]) => (end <= this.#clock.now() ? [key] : []))
    for (const key of over) this.#ends.delete(key)
    if (over.length > 0) await this.#server.deleteMany(over)
  }
}
