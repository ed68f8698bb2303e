import { STAMP_BYTES, STAMP_OFFSET } from '../tiers/driver.ts'
import type { Attempt } from './link.ts'
import { type RandomSource, randomHex } from './random.ts'
import { compareStamps, type StampClock, ZERO_STAMP } from './stamp.ts'

/** What a region's meta key says: under which token its entries lie, and up to when they were cleared. */
export interface Generation {
  readonly token: string
  readonly cleared: Uint8Array
}

/** A generation, and the bytes that said so: the same bytes need no second look. */
interface Seen extends Generation {
  readonly meta?: Uint8Array
}

/** What `Generations` is made of. */
export interface GenerationsOptions {
  readonly namespace: string
  readonly random: RandomSource
  readonly stamps: StampClock
  /** Another token is valid than was known before: the prefix of its keys. */
  readonly onChange: (prefix: string) => void
  /** A region is known to have been cleared later than its meta key says: L2 lost it. */
  readonly onLost: (region: string, cleared: Uint8Array) => void
}

/** 8 random bytes in hex. */
const TOKEN_BYTES = 8
const TOKEN_AT = STAMP_OFFSET + STAMP_BYTES
const META_BYTES = TOKEN_AT + 2 * TOKEN_BYTES
/** 'oc', version 1, no flags, no serializer, no compression, kind 1, reserved. */
const META_HEAD = [0x6f, 0x63, 1, 0, 0, 0, 1, 0]

/**
 * The generations of all regions, as far as they are known here. A region's entries lie under
 * `<namespace>:<region>:<token>:`; its meta key `<namespace>:<region>:generation` holds the
 * token and the stamp of the last clear. The token is random, so that one that was lost with
 * its meta key never comes back, and with it nothing that was stored under it.
 *
 * What is known may be outdated: each use reads the meta key along and hands it to `observe`.
 */
export class Generations {
  readonly #namespace: string
  readonly #random: RandomSource
  readonly #stamps: StampClock
  readonly #onChange: (prefix: string) => void
  readonly #onLost: (region: string, cleared: Uint8Array) => void
  readonly #known = new Map<string, Seen>()
  readonly #renewals = new Map<string, number>()

  constructor({ namespace, random, stamps, onChange, onLost }: GenerationsOptions) {
    this.#namespace = namespace
    this.#random = random
    this.#stamps = stamps
    this.#onChange = onChange
    this.#onLost = onLost
  }

  /** Where a region's generation is stored. */
  metaKey(region: string): string {
    return `${this.#namespace}:${region}:generation`
  }

  /** What every key of a generation starts with. */
  prefix(region: string, token: string): string {
    return `${this.#namespace}:${region}:${token}:`
  }

  /** The generation that was seen last. */
  known(region: string): Generation | undefined {
    return this.#known.get(region)
  }

  /** The stamp clock has stepped back: a clear under a stamp that nobody believes any more counts as none. */
  restamp(): void {
    for (const [region, { token, cleared }] of this.#known) {
      if (!this.#stamps.receive(cleared)) this.#known.set(region, { token, cleared: ZERO_STAMP })
    }
  }

  /** How often another generation was found than was known before: each time, L2 may have lost everything. */
  renewals(region: string): number {
    return this.#renewals.get(region) ?? 0
  }

  /**
   * Learns what the meta key of `region` holds. Answers the generation that is valid now, or
   * `undefined` where the meta key is missing or holds something else.
   */
  observe(region: string, meta: Uint8Array | undefined): Generation | undefined {
    const seen = this.#known.get(region)
    if (meta !== undefined && seen?.meta !== undefined && sameBytes(meta, seen.meta)) return seen
    const token = meta && tokenOf(meta)
    if (meta === undefined || token === undefined) return undefined
    const here = seen?.cleared ?? ZERO_STAMP
    const stored = clearStampOf(meta)
    // A clear from the far future would hide whatever is written until then: it counts as none.
    const there = this.#stamps.receive(stored) ? stored : ZERO_STAMP
    if (compareStamps(there, here) >= 0) return this.#know(region, { token, cleared: there, meta })
    const generation = this.#know(region, { token, cleared: here })
    this.#onLost(region, here)
    return generation
  }

  /** The generation that was seen last, or else the stored one. */
  async current(attempt: Attempt, region: string): Promise<Generation> {
    return this.#known.get(region) ?? this.read(attempt, region)
  }

  /** The stored generation. It is made where it is missing. */
  async read(attempt: Attempt, region: string): Promise<Generation> {
    const [meta] = await attempt.driver.getMany([this.metaKey(region)])
    return this.observe(region, meta) ?? this.create(attempt, region)
  }

  /** Stores a new generation where there is none, and answers the one that is there then. */
  async create(attempt: Attempt, region: string): Promise<Generation> {
    const key = this.metaKey(region)
    const fresh = { token: this.#newToken(), cleared: this.#known.get(region)?.cleared ?? ZERO_STAMP }
    const stored = this.observe(region, await attempt.driver.setIfAbsent(key, format(fresh)))
    if (stored !== undefined) return stored
    await attempt.driver.setMany([{ key, value: format(fresh), ttl: Number.POSITIVE_INFINITY }])
    return this.#know(region, fresh)
  }

  /**
   * Clears a region online: a new token, and a clear stamp that is newer than the last one.
   * The meta key is read first; so where the tier does not answer, nothing was sent. What is sent
   * and arrives later than `before`, by the tier's clock, does nothing: it would take newer
   * entries along. Answers the clear stamp, and the token that is dead now; nothing where it came
   * too late.
   */
  async renew(
    attempt: Attempt,
    region: string,
    stamp: Uint8Array,
    before?: number,
  ): Promise<{ stamp: Uint8Array; dead?: string } | undefined> {
    const { token, cleared } = await this.read(attempt, region)
    const renewed = compareStamps(stamp, cleared) > 0 ? stamp : this.#stamps.next()
    const valid = await this.#replace(attempt, region, { token: this.#newToken(), cleared: renewed }, before)
    if (compareStamps(valid.cleared, renewed) < 0) return undefined
    return valid.token === token ? { stamp: renewed } : { stamp: renewed, dead: token }
  }

  /** Replays a clear: the token stays, and the clear stamp is raised where it is older. */
  async raise(attempt: Attempt, region: string, stamp: Uint8Array): Promise<void> {
    const { token } = await this.read(attempt, region)
    await this.#replace(attempt, region, { token, cleared: stamp })
  }

  /** Stores a generation over one with an older clear stamp, or with one that cannot be right. Answers the valid one. */
  async #replace(attempt: Attempt, region: string, generation: Generation, before?: number): Promise<Generation> {
    const timed = before === undefined ? {} : { before }
    const entry = { key: this.metaKey(region), value: format(generation), ttl: Number.POSITIVE_INFINITY, ...timed }
    const { previous, guard } = await attempt.driver.exchangeMany([entry], true, entry.key)
    if (previous[0] === 'newer' && guard !== undefined && !this.#stamps.receive(clearStampOf(guard))) {
      await attempt.driver.setMany([entry])
      return this.#know(region, generation)
    }
    return this.observe(region, guard) ?? this.create(attempt, region)
  }

  #know(region: string, generation: Seen): Generation {
    const before = this.#known.get(region)?.token
    if (before !== generation.token) this.#onChange(this.prefix(region, generation.token))
    if (before !== undefined && before !== generation.token) this.#renewals.set(region, this.renewals(region) + 1)
    this.#known.set(region, generation)
    return generation
  }

  #newToken(): string {
    return randomHex(this.#random, TOKEN_BYTES)
  }
}

function format({ token, cleared }: Generation): Uint8Array {
  const meta = new Uint8Array(META_BYTES)
  meta.set(META_HEAD)
  meta.set(cleared, STAMP_OFFSET)
  meta.set(new TextEncoder().encode(token), TOKEN_AT)
  return meta
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i])
}

function clearStampOf(meta: Uint8Array): Uint8Array {
  return meta.slice(STAMP_OFFSET, TOKEN_AT)
}

function tokenOf(meta: Uint8Array): string | undefined {
  if (meta.byteLength !== META_BYTES || META_HEAD.some((byte, i) => meta[i] !== byte)) return undefined
  const token = String.fromCharCode(...meta.subarray(TOKEN_AT))
  return /^[0-9a-f]{16}$/.test(token) ? token : undefined
}
