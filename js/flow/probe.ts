import { CacheError } from '../errors.ts'
import type { Driver } from '../tiers/driver.ts'
import { tierError } from '../tiers/tier-error.ts'
import type { L2Clock } from './l2-clock.ts'
import { type RandomSource, randomHex } from './random.ts'

/** What a `Probe` is made of. */
export interface ProbeOptions {
  readonly driver: Driver
  readonly tierClock: L2Clock
  readonly random: RandomSource
  /** What the key begins with that is written and read. Each process has one of its own. */
  readonly prefix: string
}

const NONCE_BYTES = 16

/** How long the key of a process that probes no more stays in the tier, in ms. */
const TTL = 60_000

/**
 * Asks a tier whether it serves. It writes a random value and reads it back in the same round
 * trip: a tier that only reads would fail again at the next write, and on a connection that
 * lost its place each answer belongs to an earlier question.
 */
export class Probe {
  readonly #driver: Driver
  readonly #tierClock: L2Clock
  readonly #random: RandomSource
  readonly #prefix: string
  #ownKey: string | undefined

  constructor({ driver, tierClock, random, prefix }: ProbeOptions) {
    this.#driver = driver
    this.#tierClock = tierClock
    this.#random = random
    this.#prefix = prefix
  }

  /** Connects, writes, reads, and measures the tier's clock. Answers the refusal of a tier that takes no writes. */
  async all(): Promise<CacheError | undefined> {
    await this.#driver.connect()
    const refusal = await this.write().then(() => undefined, refusalOnly)
    await this.read()
    return refusal
  }

  /** Reads, and measures the tier's clock. */
  async read(): Promise<void> {
    await this.#driver.getMany([this.#key])
    await this.#tierClock.measure()
  }

  /** Writes, and looks whether that is there. Rejects with `WRITE_REFUSED` where the tier takes no writes. */
  async write(): Promise<void> {
    const nonce = new TextEncoder().encode(randomHex(this.#random, NONCE_BYTES))
    const there = await this.#driver.setMany([{ key: this.#key, value: nonce, ttl: TTL }], this.#key)
    if (there?.byteLength === nonce.byteLength && there.every((byte, i) => byte === nonce[i])) return
    this.#driver.reset?.()
    throw tierError(this.#driver.name, new Error('the answers are not those of what was asked'))
  }

  get #key(): string {
    this.#ownKey ??= `${this.#prefix}:${randomHex(this.#random, NONCE_BYTES / 2)}`
    return this.#ownKey
  }
}

function refusalOnly(error: unknown): CacheError {
  if (error instanceof CacheError && error.code === 'WRITE_REFUSED') return error
  throw error
}
