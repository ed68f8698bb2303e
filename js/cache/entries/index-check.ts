import { CacheError } from '../../errors.ts'
import type { RegionRemote } from './entries-context.ts'
import type { RegionCodec } from './region-codec.ts'

/**
 * Notices that what L2 holds of an encrypted region lies under keys that were made with another
 * secret: nothing of it can be found, and without this each read would be a miss without a reason.
 * Looks once for each generation, behind the first call.
 */
export class IndexCheck {
  readonly #codec: RegionCodec
  readonly #l2: RegionRemote
  readonly #tell: (error: CacheError) => void
  /** Of which generation it is known, counted from the first. */
  #looked = -1

  constructor(codec: RegionCodec, l2: RegionRemote, tell: (error: CacheError) => void) {
    this.#codec = codec
    this.#l2 = l2
    this.#tell = tell
  }

  /** The region is used. */
  look(): void {
    const { remote, region } = this.#l2
    const generation = remote.renewals(region)
    if (this.#looked === generation || !remote.available) return
    this.#looked = generation
    this.#compare().catch(() => {
      this.#looked = -1
    })
  }

  async #compare(): Promise<void> {
    const { remote, region } = this.#l2
    if (await remote.isIndexedBy(region, this.#codec.indexCheck())) return
    const { region: name } = this.#codec.options
    const message =
      `what L2 holds of region '${name}' was stored under another index secret, and is not found: ` +
      'set `encryption.indexSecret` (CACHE_ENCRYPTION_INDEX_SECRET) to the first key that the cache ever had, or clear the region'
    this.#tell(new CacheError('INVALID_ENCRYPTION_KEY', message, { context: { region: name } }))
  }
}
