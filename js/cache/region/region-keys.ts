import type { KeysCore } from '../../../pkg/glue.js'
import { lentCipher } from '../../codec/host/cipher.ts'
import type { KeyRing } from '../../config/encryption-keys.ts'
import type { ResolvedManager } from '../../config/types.ts'
import type { Core } from '../../core/core.ts'
import { INSPECT } from '../../inspect.ts'
import { closedError } from '../closed.ts'
import type { SealingKeys } from '../entries/sealed-envelope.ts'
import { isSealedUnder } from '../entries/sealed-envelope.ts'

const KEY_BYTES = 32

/** The id of the key of this process alone. */
const PROCESS_KEY = 'process'

/** What stands in the place of keys wherever they would be shown. */
const REDACTED = '[redacted]'

/**
 * The keys of encrypted regions, as every instance of the core gets them. Without configured
 * ones there is a random key of this process: it never leaves it, so what it sealed could be
 * opened nowhere else, and those regions stay in memory.
 */
export class RegionKeys implements SealingKeys {
  readonly #ring: KeyRing | undefined
  readonly #currentId: Uint8Array
  #random: KeyRing | undefined
  #disposed = false

  constructor(ring: KeyRing | undefined) {
    this.#ring = ring
    this.#currentId = new TextEncoder().encode(ring?.current ?? PROCESS_KEY)
  }

  /** Whether the keys were configured, so that other processes have them too. */
  get shared(): boolean {
    return this.#ring !== undefined
  }

  lend<T>(core: Core, use: (keys: KeysCore) => T): T {
    if (this.#disposed) throw closedError()
    const { current, keys, indexSecret } = this.#ring ?? this.#processKey()
    const bytes = new Uint8Array(keys.size * KEY_BYTES)
    let offset = 0
    for (const key of keys.values()) {
      bytes.set(key, offset)
      offset += KEY_BYTES
    }
    let native: KeysCore | undefined
    try {
      native = new core.glue.KeysCore(current, [...keys.keys()], bytes, indexSecret, lentCipher)
      return use(native)
    } finally {
      bytes.fill(0)
      native?.free()
    }
  }

  isOld(envelope: Uint8Array): boolean {
    return !isSealedUnder(envelope, this.#currentId)
  }

  /** Wipes the keys. Every use after it throws. */
  dispose(): void {
    this.#disposed = true
    for (const ring of [this.#ring, this.#random]) {
      ring?.indexSecret.fill(0)
      for (const key of ring?.keys.values() ?? []) key.fill(0)
    }
  }

  /** Shown in logs. */
  toJSON(): string {
    return REDACTED
  }

  /** Shown by inspection. */
  [INSPECT](): string {
    return REDACTED
  }

  #processKey(): KeyRing {
    if (this.#random === undefined) {
      const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
      const indexSecret = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
      this.#random = { current: PROCESS_KEY, keys: new Map([[PROCESS_KEY, key]]), indexSecret }
    }
    return this.#random
  }
}

/** A warning where a region encrypts that others could share, and no key is configured. */
export function warnOfMissingKey({ encryption, regions, logger }: ResolvedManager, name: string): void {
  const region = regions.get(name)
  if (encryption !== undefined || region?.encryption !== true || region.l2.skip) return
  logger.warn(
    `no encryption key is configured, so region '${name}' stays in memory, under a key of this process: ` +
      'set `encryption.keys` or CACHE_ENCRYPTION_KEY',
  )
}
