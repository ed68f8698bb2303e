import type { CacheError } from '../../errors.ts'
import type { Ear } from './ear.ts'
import type { RedisCommand, RedisLink, RedisReply, Scan } from './link.ts'

/** A link to a master, and one to a replica that answers what it may while it is there. */
export class WithReplica implements RedisLink {
  readonly cluster = false
  readonly severalKeys = true
  readonly replicas = true
  readonly keyPrefix: string
  readonly #master: RedisLink
  readonly #replica: RedisLink

  constructor(master: RedisLink, replica: RedisLink) {
    this.keyPrefix = master.keyPrefix
    this.#master = master
    this.#replica = replica
  }

  get ready(): boolean {
    return this.#master.ready
  }

  get lastError(): CacheError | undefined {
    return this.#master.lastError
  }

  async send(commands: readonly RedisCommand[]): Promise<RedisReply[]> {
    if (!this.#replica.ready) return this.#master.send(commands)
    const places = commands.map((command, place) => ({ command, place }))
    const replies = new Array<RedisReply>(commands.length).fill(null)
    const part = async (link: RedisLink, some: typeof places) => {
      const answers = some.length === 0 ? [] : await link.send(some.map(({ command }) => command))
      for (const [i, { place }] of some.entries()) replies[place] = answers[i] ?? null
    }
    await Promise.all([
      part(
        this.#replica,
        places.filter(({ command }) => command.replica === true),
      ),
      part(
        this.#master,
        places.filter(({ command }) => command.replica !== true),
      ),
    ])
    return replies
  }

  transaction(commands: readonly RedisCommand[]): Promise<RedisReply[]> {
    return this.#master.transaction(commands)
  }

  scanners(): Promise<Scan[]> {
    return this.#master.scanners()
  }

  /** The replica is opened alongside: nothing waits for it, and it tries again by itself. */
  open(): Promise<void> {
    if (!this.#replica.ready) this.#replica.open().catch(() => undefined)
    return this.#master.open()
  }

  publish(channel: string, message: Buffer): Promise<void> {
    return this.#master.publish(channel, message)
  }

  ear(): Promise<Ear> {
    return this.#master.ear()
  }

  onBreak(told: () => void): () => void {
    return this.#master.onBreak(told)
  }

  onReady(told: () => void): void {
    this.#master.onReady(told)
  }

  reset(): void {
    this.#master.reset()
    this.#replica.reset()
  }

  async close(): Promise<void> {
    await Promise.all([this.#master.close(), this.#replica.close()])
  }
}
