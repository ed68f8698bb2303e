import { CacheManager } from '../../../js/index.ts'
import { ChaosDriver } from '../../../js/testing/chaos-driver.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'
import { type Name, secret, secretBytes } from './secrets.ts'

/** What one scenario works with, made anew each time: nobody else holds it. */
export interface Words {
  readonly key: () => string
  readonly other: () => string
  readonly tag: () => string
  readonly etag: () => string
  readonly text: () => string
  readonly bytes: () => Uint8Array
  /** An object with secrets in its fields' values, and one for a field's name. */
  readonly value: () => object
}

/** The words of a scenario. */
export function wordsOf(scenario: string): Words {
  const word = (name: Name) => () => secret(scenario, name)
  const [text, field, item] = [word('text'), word('field'), word('item')]
  const bytes = () => new TextEncoder().encode(secret(scenario, 'bytes'))
  return {
    key: word('key'),
    other: word('other'),
    tag: word('tag'),
    etag: word('etag'),
    text,
    bytes,
    value: () => ({ text: text(), [field()]: [item()], bytes: bytes() }),
  }
}

/** One way of using a region; answers what stays alive afterwards. */
type Scenario = (words: Words) => Promise<unknown>

const tier = memoryDriver({ shared: true })

/** A cache with an encrypted region over a tier that others share, and the way to that. */
function open() {
  const driver = new ChaosDriver(tier)
  const ring = { k1: secretBytes('k1'), k2: secretBytes('k2') }
  const cache = new CacheManager({
    l2: driver,
    encryption: { keys: { current: 'k1', ring }, indexSecret: secretBytes('index') },
    regions: {
      secrets: { encryption: true, grace: '1h', maxEntries: 50 },
      packed: { encryption: true, compression: true },
    },
  })
  return { cache, driver, region: cache.region('secrets') }
}

/** Lets go of what a promise may still hold. */
async function settled<T>(kept: T, work: () => Promise<unknown>): Promise<T> {
  await work()
  return kept
}

/** Each leaves nothing of its secrets. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async 'set and get'({ key, value }) {
    const { cache, region } = open()
    return settled(cache, async () => {
      await region.set(key(), value())
      await region.get(key())
      await region.get(key())
      await region.has(key())
    })
  },

  async 'text and bytes, compressed or not'({ key, text, bytes }) {
    const { cache, region } = open()
    return settled(cache, async () => {
      for (const one of [region, cache.region('packed')]) {
        await one.set(key(), text())
        await one.get(key())
        await one.set(key(), `${text()} ${'and so on '.repeat(500)}`)
        await one.get(key())
        await one.set(key(), bytes())
        await one.get(key())
      }
    })
  },

  async 'large values, also while options change'({ key, other, tag, etag, text, value }) {
    const [{ cache }, { cache: reader }] = [open(), open()]
    const more = () => '; and so on'.repeat(4_000)
    return settled([cache, reader], async () => {
      for (const name of ['secrets', 'packed'] as const) {
        const [region, elsewhere] = [cache.region(name), reader.region(name)]
        await region.set(key(), text() + more(), { tags: [tag()] })
        await region.get(key())
        await elsewhere.getMany([key(), other()])
        await region.set(key(), { ...value(), more: more() })
        await elsewhere.getOrSet(other(), (context) => {
          context.etag = etag()
          return text() + more()
        })
        await region.has(other())
        await Promise.all([region.set(key(), text() + more()), region.delete(key())])
        for (const compression of ['lz4', 'deflate'] as const) {
          const calls = [region.set(key(), more() + text()), region.get(other()), region.get(other())]
          cache.configure(name, { compression })
          await Promise.all(calls)
        }
      }
    })
  },

  async 'a read from the tier'({ key, other, tag, value }) {
    const { cache: writer } = open()
    await writer.region('secrets').set(key(), value(), { tags: [tag()] })
    const { cache, region } = open()
    return settled([cache, writer], async () => {
      await region.get(key())
      await region.get(other())
    })
  },

  async 'getOrSet, with an etag, twice at once, and stale after a failure'({ key, etag, value }) {
    const { cache, region } = open()
    return settled(cache, async () => {
      const make = () =>
        region.getOrSet(
          key(),
          async (context) => {
            context.etag = etag()
            await new Promise((resolve) => setTimeout(resolve, 5))
            return value()
          },
          { ttl: 20 },
        )
      await Promise.all([make(), make()])
      await new Promise((resolve) => setTimeout(resolve, 40))
      const fail = () => Promise.reject(new Error('the origin is away'))
      await region.getOrSet(key(), fail, { ttl: 20, graceBackoff: '1h' })
      await region.getOrSet(key(), fail, { ttl: 20, graceBackoff: '1h' })
    })
  },

  async 'many at once'({ key, other, value }) {
    const { cache, region } = open()
    return settled(cache, async () => {
      const keys = () => [key(), other()]
      await region.setMany(keys().map((one) => [one, value()] as const))
      await region.getMany(keys())
      await region.getOrSetMany(
        [...keys(), `${key()}${other()}`],
        (missing) => new Map(missing.map((one) => [one, value()])),
      )
      await region.deleteMany(keys())
    })
  },

  async tags({ key, tag, value }) {
    const { cache, region } = open()
    return settled(cache, async () => {
      await region.set(key(), value(), { tags: [tag()] })
      await region.get(key())
      await region.expireByTag(tag())
      await region.get(key())
      await region.deleteByTag(tag())
    })
  },

  async transactions({ key, other, tag, value }) {
    const { cache, region } = open()
    return settled(cache, async () => {
      await region.transaction(async (tx) => {
        await tx.set(key(), value(), { tags: [tag()] })
        await tx.get(other())
        await tx.delete(other())
      })
      await region
        .transaction(async (tx) => {
          await tx.set(key(), value())
          throw new Error('rolled back')
        })
        .catch(() => undefined)
    })
  },

  async 'the journal of an outage'({ key, other, tag, value }) {
    const { cache, driver, region } = open()
    await cache.ready()
    driver.break('fail')
    return settled(cache, async () => {
      await region.set(key(), value(), { tags: [tag()] })
      await region.get(key())
      await region.delete(other())
      await region.deleteByTag(tag())
      if (cache.status().l2.state === 'closed') throw new Error('the tier was not missed')
    })
  },

  async 'a touch, an expiry, a slide, an eviction, a rekey'({ key, other, value }) {
    const { cache, region } = open()
    return settled(cache, async () => {
      await region.set(key(), value())
      await region.touch(key(), '2h')
      await region.getOrSet(key(), () => value(), { slidingTtl: '3h' })
      await region.getEntry(key())
      await region.rekey()
      await region.expire(key())
      for (let i = 0; i < 100; i++) await region.set(`${other()}${i}`, value())
    })
  },

  async 'an error of a value that cannot be stored'({ key, value }) {
    const { cache, region } = open()
    return settled(cache, async () => {
      await region.set(key(), { ...value(), fails: () => 1 }).catch(() => undefined)
      await region.set(`${key()}\ud800`, value()).catch(() => undefined)
    })
  },

  async 'events, logs and metrics'({ key, other, value }) {
    const told: unknown[] = []
    const { cache, region } = open()
    for (const name of ['hit', 'miss', 'set', 'delete', 'evict', 'expire', 'error', 'corrupt', 'alert'] as const) {
      cache.on(name, (event) => told.push(event))
    }
    return settled([cache, told], async () => {
      await region.set(key(), value())
      await region.get(key())
      await region.get(other())
      await region.delete(key())
      told.push(cache.metrics(), cache.metricsText(), cache.status(), cache.config('secrets'))
    })
  },

  async 'a cache that was closed'({ key, value }) {
    const { cache, region } = open()
    await region.set(key(), value())
    await region.get(key())
    await cache.close()
    return cache
  },
}
