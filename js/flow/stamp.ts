import { STAMP_BYTES } from '../tiers/driver.ts'
import type { RandomSource } from './random.ts'

/** The stamp that is older than all others. */
export const ZERO_STAMP: Uint8Array = new Uint8Array(STAMP_BYTES)

/** The stamp that is newer than all others. */
export const LAST_STAMP: Uint8Array = new Uint8Array(STAMP_BYTES).fill(0xff)

const MAX_COUNTER = 0xffff
const HIGH = 2 ** 32

/**
 * The order of two stamps: negative where `a` is older, 0 where they are the same. Each is 16
 * bytes, or the start of what is left of one; a shorter one is older. That of `a` begins at `at`.
 */
export function compareStamps(a: Uint8Array, b: Uint8Array, at = 0): number {
  for (let i = 0; i < STAMP_BYTES; i++) {
    const x = a[at + i] ?? -1
    const y = b[i] ?? -1
    if (x !== y) return x - y
  }
  return 0
}

/** The newer of two stamps; the second where there is no first. */
export function newerStamp(a: Uint8Array | undefined, b: Uint8Array): Uint8Array {
  return a === undefined || compareStamps(b, a) > 0 ? b : a
}

/** The wall-clock part of the stamp that begins at `at`, in ms since 1970. */
export function stampTime(stamp: Uint8Array, at = 0): number {
  // Bits of what is not there are zeros.
  const high = ((stamp[at] as number) << 8) | (stamp[at + 1] as number)
  const low =
    ((stamp[at + 2] as number) << 24) |
    ((stamp[at + 3] as number) << 16) |
    ((stamp[at + 4] as number) << 8) |
    (stamp[at + 5] as number)
  return high * HIGH + (low >>> 0)
}

/**
 * The very next stamp. What is written under it replaces the write that had `stamp`, and
 * nothing else: whatever came later is newer.
 */
export function stampAfter(stamp: Uint8Array): Uint8Array {
  const next = new Uint8Array(stamp)
  for (let i = next.length - 1; i >= 0; i--) {
    next[i] = ((next[i] ?? 0) + 1) & 0xff
    if (next[i] !== 0) break
  }
  return next
}

/** Whether two stamps have the same time and counter: so have a stamp and the ones right after it. */
export function sameMoment(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < 8; i++) if (a[i] !== b[i]) return false
  return true
}

/** What a `StampClock` is made of. */
export interface StampClockOptions {
  /** The time to follow, in ms since 1970. */
  readonly wall: () => number
  readonly random: RandomSource
  /** How far ahead of `wall` a foreign stamp may be before it is not believed, in ms. Default: one hour. */
  readonly maxDrift?: number
}

/**
 * A hybrid logical clock (Kulkarni, Demirbas, Madappa, Avva, Leone: Logical Physical Clocks,
 * 2014): its stamps grow with every call, whatever the wall clock does, stay close to the wall
 * clock, and are newer than every stamp that was received before. So of two writes of which one
 * knew of the other, the stamps tell the order, however far apart the clocks of their writers.
 *
 * A stamp is 6 bytes of ms, 2 of a counter and 8 of a random node id, and compares as unsigned bytes.
 */
export class StampClock {
  readonly #wall: () => number
  readonly #random: RandomSource
  readonly #maxDrift: number
  #node: Uint8Array<ArrayBuffer> | undefined
  #ms = 0
  #counter = 0

  constructor({ wall, random, maxDrift = 3_600_000 }: StampClockOptions) {
    this.#wall = wall
    this.#random = random
    this.#maxDrift = maxDrift
  }

  /** A stamp newer than all that this clock gave or received. */
  next(): Uint8Array<ArrayBuffer> {
    const wall = Math.floor(this.#wall())
    if (wall > this.#ms) this.#set(wall, 0)
    else if (this.#counter < MAX_COUNTER) this.#counter++
    else this.#set(this.#ms + 1, 0)
    return this.#write()
  }

  /**
   * Learns of a foreign stamp, which begins at `at`. Answers false, and learns nothing, where it lies so far in the
   * future that its writer's clock must be wrong: following it would spread the error to all.
   */
  receive(stamp: Uint8Array, at = 0): boolean {
    const ms = stampTime(stamp, at)
    if (ms < this.#ms) return true
    const counter = ((stamp[at + 6] ?? 0) << 8) | (stamp[at + 7] ?? 0)
    if (ms === this.#ms) {
      this.#counter = Math.max(this.#counter, counter)
      return true
    }
    if (ms > this.#wall() + this.#maxDrift) return false
    this.#set(ms, counter)
    return true
  }

  /**
   * To be called when `wall` has become more exact. Where this clock is so far ahead of it that
   * nobody believes its stamps, it begins anew there, and answers true: stamps that it gave
   * before are newer than those to come.
   */
  stepBack(): boolean {
    const wall = Math.floor(this.#wall())
    if (this.#ms <= wall + this.#maxDrift) return false
    this.#set(wall, 0)
    return true
  }

  #set(ms: number, counter: number): void {
    this.#ms = ms
    this.#counter = counter
  }

  #write(): Uint8Array<ArrayBuffer> {
    if (this.#node === undefined) {
      this.#node = new Uint8Array(8)
      this.#random(this.#node)
    }
    const stamp = new Uint8Array(STAMP_BYTES)
    const high = Math.floor(this.#ms / HIGH)
    const low = this.#ms % HIGH
    stamp[0] = high >>> 8
    stamp[1] = high
    stamp[2] = low >>> 24
    stamp[3] = low >>> 16
    stamp[4] = low >>> 8
    stamp[5] = low
    stamp[6] = this.#counter >>> 8
    stamp[7] = this.#counter
    stamp.set(this.#node, 8)
    return stamp
  }
}

/**
 * The stamp that comes next after `stamp`: newer than that very write, and older than all that were
 * made after it. A value that is written again under it replaces what was read, and nothing else.
 */
export function successorOf(stamp: Uint8Array): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(stamp)
  for (let i = 7; i >= 0; i--) {
    next[i] = ((next[i] ?? 0) + 1) & 255
    if (next[i] !== 0) break
  }
  return next
}
