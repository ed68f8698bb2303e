import type { RegionCodec } from '../../js/cache/entries/region-codec.ts'
import { CacheManager } from '../../js/cache/manager.ts'
import { FakeClock } from '../../js/testing/fake-clock.ts'
import { type MemoryDriver, memoryDriver } from '../../js/tiers/memory.ts'
import { bytesOf, type ExpectedEntry, type Fixture, INDEX_SECRET, type Manifest, REGION, RING } from './fixtures.ts'
import { dictionaries, makeCodec, SHOUTING } from './reading.ts'

const NAMESPACE = 'omnicache'
/** A second after the fixtures were made. */
const NOW = 1_789_000_001_123

/** A tier as docs/wire-format.md lays it out, with nothing but fixtures in it. */
export class FixtureTier {
  readonly clock = new FakeClock({ wall: NOW })
  readonly driver: MemoryDriver = memoryDriver({ clock: this.clock, shared: true })
  readonly #prefix: string
  readonly #generation: string
  readonly #manifest: Manifest
  readonly #codecs = new Map<boolean, RegionCodec>()

  constructor(manifest: Manifest) {
    this.#manifest = manifest
    const generation = this.#find('generation')
    this.#generation = generation.kind === 'generation' ? generation.generation : ''
    this.#prefix = `${NAMESPACE}:${REGION}:${this.#generation}:`
  }

  /** Stores the generations, which every read looks at. */
  async begin(): Promise<void> {
    const value = bytesOf(this.#find('generation'))
    await this.#set(`${NAMESPACE}:${REGION}:generation`, value)
    await this.#set(`${NAMESPACE}:${REGION}:tags:generation`, value)
  }

  /** A cache that reads fixtures of plain or of sealed entries. */
  cache(encrypted: boolean): CacheManager {
    const encryption = { keys: { current: 'k2', ring: RING }, indexSecret: INDEX_SECRET }
    const region = encrypted ? { encryption: true } : { serializer: SHOUTING }
    return new CacheManager({
      namespace: NAMESPACE,
      l2: this.driver,
      clock: this.clock,
      encryption,
      regions: { [REGION]: { ttl: '10d', dictionary: { others: dictionaries() }, ...region } },
    })
  }

  /** Stores bytes where a reader of the fixture's key looks. */
  async put(fixture: Fixture, bytes: Uint8Array): Promise<void> {
    await this.#set(this.#prefix + this.#codec(fixture.encrypted).storedKey(fixture.key), bytes)
  }

  /** Stores the tokens of an entry's tags, as they were when it was made. */
  async putTags({ encrypted }: Fixture, { tags, stamp }: ExpectedEntry): Promise<void> {
    for (const { name, deleted, expired } of tags) {
      const tag = Buffer.from(name, 'hex').toString(encrypted ? 'base64url' : 'utf8')
      for (const [half, token] of Object.entries({ d: deleted, e: expired })) {
        const record = Buffer.from(`6f63010000000200${stamp}${token}ffffffffffff`, 'hex')
        await this.#set(`${NAMESPACE}:${REGION}:tags:${this.#generation}:${half}${tag}`, record)
      }
    }
  }

  /** One codec does for all: in each a dictionary is prepared. */
  #codec(encrypted: boolean): RegionCodec {
    const known = this.#codecs.get(encrypted) ?? makeCodec({ encrypted })
    this.#codecs.set(encrypted, known)
    return known
  }

  async #set(key: string, value: Uint8Array): Promise<void> {
    await this.driver.setMany([{ key, value, ttl: Number.POSITIVE_INFINITY }])
  }

  #find(name: string): Fixture {
    return this.#manifest.fixtures.find((fixture) => fixture.name === name) as Fixture
  }
}
