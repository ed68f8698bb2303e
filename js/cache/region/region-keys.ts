import type { KeysCore } from '../../../pkg/glue.js'
import type { KeyRing } from '../../config/encryption-keys.ts'
import type { ResolvedManager } from '../../config/types.ts'
import type { Core } from '../../core/core.ts'

const KEY_BYTES = 32

/**
 * The keys of encrypted regions, as every instance of the core gets them. Without configured
 * ones there is a random key of this process: it never leaves it, so what it sealed could be
 * opened nowhere else, and those regions stay in memory.
 */
export class RegionKeys {
  readonly #ring: KeyRing | undefined
  #random: KeyRing | undefined
  readonly #made = new WeakMap<Core, KeysCore>()

  constructor(ring: KeyRing | undefined) {
    this.#ring = ring
  }

  /** Whether the keys were configured, so that other processes have them too. */
  get shared(): boolean {
    return this.#ring !== undefined
  }

  /** The keys, inside of `core`. */
  readonly in = (core: Core): KeysCore => {
    const made = this.#made.get(core)
    if (made !== undefined) return made
    const { current, keys, indexSecret } = this.#ring ?? this.#processKey()
    const bytes = new Uint8Array(keys.size * KEY_BYTES)
    let offset = 0
    for (const key of keys.values()) {
      bytes.set(key, offset)
      offset += KEY_BYTES
    }
    const native = new core.glue.KeysCore(current, [...keys.keys()], bytes, indexSecret)
    bytes.fill(0)
    this.#made.set(core, native)
    return native
  }

  /** Shown in logs and by inspection. */
  toJSON(): string {
    return '[redacted]'
  }

  #processKey(): KeyRing {
    if (this.#random === undefined) {
      const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
      const indexSecret = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
      this.#random = { current: 'process', keys: new Map([['process', key]]), indexSecret }
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
