import type { PackedCore } from '../../../pkg/glue.js'
import type { Clock } from '../../clock.ts'
import { fromBase64url } from '../../codec/base64url.ts'
import { checkKey } from '../../config/keys.ts'
import { Core } from '../../core/core.ts'
import { CacheError } from '../../errors.ts'
import { type EntryTags, parseSide } from '../../flow/tags/entry-tags.ts'
import type { Removed, StoreLimits } from '../../memory/store.ts'
import { codecRefusal, unreadable } from './codec-limits.ts'
import type { Contents, EnvelopeTimes, Found, L1, LargeFound, LocalTimes, Written } from './l1.ts'
import { isLarge, LARGE } from './large-codec.ts'
import { HASH_BYTES, REDACTED, type RegionCodec } from './region-codec.ts'

/** From this budget on a region has an instance of its own, whose memory it gives back when it is cleared. */
const OWN_INSTANCE_FROM = 64 * 1024 * 1024

/** How many steps of the timing wheel one call into the core takes at the most. */
const EXPIRE_STEP = 4_096

/** No payload has so many bytes. */
const NONE = 2 ** 32 - 1

/** What the core answers where an entry is large, in place of a serializer. */
const LEFT_OUT = 256

/** How a packed L1 is made. */
export interface PackedL1Options {
  readonly clock: Clock
  readonly codec: RegionCodec
  readonly policy: number
  readonly favorBytes: boolean
  readonly limits: StoreLimits
  /** Told of each entry that was evicted or has expired. */
  readonly onRemove: Removed<undefined> | undefined
  /** Told of an entry that did not open, with the reason. */
  readonly onCorrupt: (key: string, reason: string) => void
  /** Told when the core crashed and this region started empty. */
  readonly onRestart: (crash: CacheError) => void
}

/**
 * Entries in linear memory, as bytes: compressed, and sealed where the region encrypts. A hit
 * makes a new value each time. Weights are the true bytes.
 */
export class PackedL1 implements L1 {
  readonly kind = 'packed'
  readonly #options: PackedL1Options
  readonly #codec: RegionCodec
  #policy: number
  #favorBytes: boolean
  #limits: StoreLimits
  /** Whether there may be entries that the host is faster at. */
  #holdsLarge = false
  #core: Core
  #native: PackedCore
  /** Handed out by `get`, and used again by the next one. */
  readonly #found: Found = {
    value: undefined,
    freshUntil: 0,
    checkedAt: 0,
    tags: undefined,
    staleUntil: 0,
    etag: undefined,
  }

  constructor(options: PackedL1Options) {
    this.#options = options
    this.#codec = options.codec
    this.#policy = options.policy
    this.#favorBytes = options.favorBytes
    this.#limits = options.limits
    this.#core = this.#chooseCore()
    this.#native = this.#makeNative()
  }

  get size(): number {
    return this.#core.crashed ? 0 : this.#native.len()
  }

  get bytes(): number {
    return this.#core.crashed ? 0 : this.#native.bytes()
  }

  get limits(): StoreLimits {
    return this.#limits
  }

  get nextExpiry(): number {
    return this.#core.crashed ? Infinity : this.#native.nextExpiry()
  }

  /** Reads look here before anything was checked; what is no key must not be cut until it is one. */
  get(key: string, large = NONE): Found | undefined {
    checkKey(key, this.#codec.options.region)
    return this.#guarded(() => {
      const length = this.#codec.buffers.writeKey(key)
      return this.#take(key, this.#native.get(this.#codec.native, length, this.#now(), large))
    })
  }

  large(key: string): LargeFound | undefined {
    if (!this.#holdsLarge) return undefined
    return this.#guarded(() => {
      const { buffers, native } = this.#codec
      if (!this.#native.large(native, buffers.writeKey(key), this.#now(), LARGE)) return undefined
      const kept = buffers.result(0)
      const record = buffers.copy(buffers.result(1), buffers.result(2))
      const view = new DataView(record.buffer)
      const [freshUntil, checkedAt] = [view.getFloat64(8, true), view.getFloat64(16, true)]
      return { record, freshUntil, checkedAt, staleUntil: kept > freshUntil ? kept : undefined }
    })
  }

  has(key: string): boolean {
    return this.#guarded(() => this.#native.has(this.#codec.native, this.#codec.buffers.writeKey(key), this.#now()))
  }

  set(
    key: string,
    value: unknown,
    local: LocalTimes,
    times: EnvelopeTimes | undefined,
    tags: EntryTags | undefined,
    etag?: string,
    _weight?: number,
    serialized = this.#codec.serialize(key, value),
  ): Written {
    const { serializer, data } = serialized
    const side = this.#codec.side(tags, etag)
    try {
      return this.#guarded(() => {
        const { buffers, native } = this.#codec
        if (times !== undefined) buffers.writeStamp(times.stamp)
        const keyLength = buffers.writeKey(key)
        const rawBytes = buffers.writeValue(data, side)
        if (rawBytes >= LARGE) this.#holdsLarge = true
        const result = this.#native.set(
          native,
          keyLength,
          rawBytes,
          side.byteLength,
          serializer,
          times?.created ?? 0,
          times?.freshUntil ?? 0,
          times?.staleUntil ?? 0,
          local.freshUntil,
          local.checkedAt,
          local.staleUntil ?? local.freshUntil,
          this.#now(),
          times !== undefined,
        )
        if (result < 0)
          throw codecRefusal(this.#core.glue.errorName(result), this.#codec.options.region, this.#codec.publicKey(key))
        const envelope = times && buffers.copy(this.#core.glue.outPointer(), buffers.result(0))
        const storedBytes = buffers.result(1)
        this.#tellOfDeparted()
        return { stored: result === 1, envelope, rawBytes, storedBytes }
      })
    } finally {
      this.#codec.forget(serialized)
    }
  }

  fill(key: string, { envelope }: Contents, local: LocalTimes): boolean {
    // To open a large one again takes long; in memory it is checked when it is read.
    const opened = isLarge(envelope)
    if (opened) this.#holdsLarge = true
    return this.#guarded(() => {
      const { buffers, native } = this.#codec
      const keyLength = buffers.writeKey(key)
      const length = buffers.writeValue(envelope)
      const { freshUntil, checkedAt, staleUntil = freshUntil } = local
      const times = [freshUntil, checkedAt, staleUntil, this.#now()] as const
      const stored = this.#native.fill(native, keyLength, length, ...times, opened)
      this.#tellOfDeparted()
      return stored === 1
    })
  }

  delete(key: string): boolean {
    return this.#guarded(() => this.#native.remove(this.#codec.native, this.#codec.buffers.writeKey(key), this.#now()))
  }

  deleteStored(storedKey: string): boolean {
    const { buffers, encrypted } = this.#codec
    if (!encrypted) return this.delete(storedKey)
    const hashed = fromBase64url(storedKey, HASH_BYTES)
    if (hashed === undefined) return false
    return this.#guarded(() => this.#native.rawRemove(buffers.writeKeyBytes(hashed), this.#now()))
  }

  clear(): number {
    const removed = this.size
    const [core, native] = [this.#core, this.#native]
    this.#core = this.#chooseCore()
    this.#native = this.#makeNative()
    if (!core.crashed) native.free()
    return removed
  }

  expire(): number {
    return this.#guarded(() => {
      const now = this.#now()
      let removed = 0
      do {
        removed += this.#native.expire(now, EXPIRE_STEP)
        this.#tellOfDeparted()
      } while (this.#native.nextExpiry() <= now)
      return removed
    })
  }

  evictOne(): boolean {
    return this.#guarded(() => {
      const evicted = this.#native.evictOne()
      this.#tellOfDeparted()
      return evicted
    })
  }

  setLimits(limits: StoreLimits): void {
    this.#limits = limits
    this.#guarded(() => this.#native.setLimits(limits.maxBytes, limits.maxEntries))
    this.#tellOfDeparted()
  }

  setPolicy(policy: number, favorBytes: boolean): void {
    this.#policy = policy
    this.#favorBytes = favorBytes
    this.#guarded(() => this.#native.setPolicy(policy, favorBytes))
    this.#tellOfDeparted()
  }

  *entries(): IterableIterator<[string, Found]> {
    let cursor = 0
    for (;;) {
      const step = this.#guarded(() => this.#next(cursor))
      if (step === undefined) return
      cursor = step.cursor
      if (step.entry !== undefined) yield step.entry
    }
  }

  dispose(): void {
    if (!this.#core.crashed) this.#native.free()
  }

  #next(cursor: number): { cursor: number; entry: [string, Found] | undefined } | undefined {
    const { buffers, native } = this.#codec
    const next = this.#native.next(native, cursor, this.#now())
    if (next < 0) return undefined
    const serializer = buffers.result(6)
    if (serializer <= 0) return { cursor: next, entry: undefined }
    const key = buffers.text(buffers.result(4), buffers.result(5))
    const found = this.#take(key, serializer)
    return { cursor: next, entry: found && [key, { ...found }] }
  }

  /** What a call that found (or not) left in the result numbers. */
  #take(key: string, serializer: number): Found | undefined {
    if (serializer === 0 || serializer === LEFT_OUT) return undefined
    const { buffers, options, encrypted } = this.#codec
    if (serializer < 0) return this.#corrupt(key, this.#core.glue.errorName(serializer))
    // Of an encrypted region nothing is kept that was handed out.
    const found = encrypted ? { ...this.#found } : this.#found
    found.freshUntil = buffers.result(0)
    found.checkedAt = buffers.result(1)
    try {
      const payload = buffers.view(buffers.result(2), buffers.result(3))
      found.value = options.serializer.deserialize(serializer, payload)
      const length = buffers.result(8)
      const side = length === 0 ? undefined : parseSide(buffers.view(buffers.result(7), length), encrypted)
      found.tags = side?.tags
      found.etag = side?.etag
      const kept = buffers.result(9)
      found.staleUntil = kept > found.freshUntil ? kept : undefined
      return found
    } catch (error) {
      return this.#corrupt(key, unreadable(error))
    } finally {
      if (encrypted) this.#codec.wipe()
    }
  }

  #corrupt(key: string, reason: string): undefined {
    this.delete(key)
    this.#options.onCorrupt(this.#codec.publicKey(key), reason)
    return undefined
  }

  /** Tells of the keys that had to leave in the last call. */
  #tellOfDeparted(): void {
    const { onRemove } = this.#options
    if (onRemove === undefined) return
    const { buffers, encrypted } = this.#codec
    for (let length = this.#native.takeDeparted(); length >= 0; length = this.#native.takeDeparted()) {
      const key = encrypted ? REDACTED : buffers.text(this.#core.glue.outPointer(), length)
      onRemove(key, undefined, buffers.result(0) === 0 ? 'expire' : 'evict')
    }
  }

  #now(): number {
    return this.#options.clock.now()
  }

  #chooseCore(): Core {
    const core = this.#limits.maxBytes >= OWN_INSTANCE_FROM ? Core.create() : Core.shared()
    this.#codec.bind(core)
    return core
  }

  #makeNative(): PackedCore {
    const { maxBytes, maxEntries } = this.#limits
    return new this.#core.glue.PackedCore(
      this.#policy,
      this.#favorBytes,
      maxBytes,
      maxEntries,
      this.#options.onRemove !== undefined,
    )
  }

  /** Runs a call into the core; after a trap once more, on a new and empty instance. */
  #guarded<T>(call: () => T): T {
    try {
      if (!this.#core.crashed && this.#codec.core === this.#core) return call()
      this.#restart()
    } catch (error) {
      if (error instanceof CacheError || !this.#core.trapped(error)) throw error
      this.#restart()
    }
    return call()
  }

  #restart(): void {
    const crash = this.#core.crash()
    this.#core = this.#chooseCore()
    this.#native = this.#makeNative()
    this.#options.onRestart(crash)
  }
}
