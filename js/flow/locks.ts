import type { Clock, Timer } from '../clock.ts'
import type { Link } from './link.ts'
import { type RandomSource, randomHex } from './random.ts'

/** What `Locks` is made of. */
export interface LocksOptions {
  readonly link: Link
  readonly clock: Clock
  readonly random: RandomSource
  /** What every key in L2 starts with. */
  readonly namespace: string
}

/** A lock that this process has. */
export interface Held {
  /** Gives it up. Never rejects: what cannot be given up ends by itself. */
  release(): Promise<void>
}

/** Bytes of a lock's token: nobody else draws the same. */
const TOKEN_BYTES = 16

/** A lock is renewed when so much of its life is over. */
const RENEW_AFTER = 1 / 3

const encoder = new TextEncoder()

/**
 * Locks in L2, between processes. They spare work and guarantee nothing: a holder that is silent
 * for longer than a lock lives, because it is busy or the network is slow, loses it without a word.
 */
export class Locks {
  readonly #link: Link
  readonly #clock: Clock
  readonly #random: RandomSource
  readonly #namespace: string

  constructor({ link, clock, random, namespace }: LocksOptions) {
    this.#link = link
    this.#clock = clock
    this.#random = random
    this.#namespace = namespace
  }

  /**
   * Takes the lock of `key` (a stored key) for as long as this process lives and does not release
   * it, and for `ttl` ms after that. 'taken' where another one has it; 'unavailable' where the
   * tier has no locks or does not answer, so that there is nothing to wait for.
   */
  async take(region: string, key: string, ttl: number, limit?: number): Promise<Held | 'taken' | 'unavailable'> {
    const name = `${this.#namespace}:${region}:lock:${key}`
    const value = encoder.encode(randomHex(this.#random, TOKEN_BYTES))
    const take = () =>
      this.#link.run('lock', async ({ driver }) => driver.lock?.({ key: name, value, ttl }) ?? 'unavailable', limit)
    const taken = await take().catch(() => 'unavailable' as const)
    if (taken === 'unavailable') return 'unavailable'
    return taken ? this.#held(name, value, ttl, take) : 'taken'
  }

  /** Renews the lock until it is released, or lost. */
  #held(name: string, token: Uint8Array, ttl: number, take: () => Promise<unknown>): Held {
    let timer: Timer
    let renewal: Promise<void> | undefined
    let released = false
    const renew = async () => {
      // Where L2 did not answer, the next attempt may still come in time.
      const kept = await take().catch(() => true)
      if (kept === true && !released && !this.#link.closed) renewLater()
    }
    const renewLater = () => {
      timer = this.#clock.after(ttl * RENEW_AFTER, () => {
        renewal = renew()
      })
    }
    renewLater()
    return {
      release: async () => {
        released = true
        timer.cancel()
        // A renewal that came after it would take the lock anew.
        await renewal
        await this.#link.run('unlock', async ({ driver }) => driver.unlock?.(name, token)).catch(() => undefined)
      },
    }
  }
}
