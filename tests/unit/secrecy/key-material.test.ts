import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RegionKeys } from '../../../js/cache/region/region-keys.ts'
import { parseKeyRing } from '../../../js/config/encryption-keys.ts'
import { Core } from '../../../js/core/core.ts'
import { CacheManager, type ManagerOptions } from '../../../js/index.ts'
import { memoryDriver } from '../../../js/testing/index.ts'
import { materialOf } from './key-material.ts'
import { secretBytes } from './secrets.ts'

const KEY = secretBytes('the key')
const INDEX = secretBytes('the index secret')
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const encryption = { keys: { current: 'k1', ring: { k1: KEY, k0: secretBytes('an old key') } }, indexSecret: INDEX }

/** Every instance of the core that is made meanwhile. */
const cores = new Set<Core>()
const create = Core.create.bind(Core)
beforeAll(() => {
  Core.create = () => {
    const core = create()
    cores.add(core)
    return core
  }
})
afterAll(() => {
  Core.create = create
})

/** What of a key and of what comes of it stands in the memory of an instance. */
function standing(material: Record<string, Uint8Array>): string[] {
  const memories = Array.from(cores, ({ bytes }) => Buffer.from(bytes.buffer))
  return Object.keys(material).filter((name) =>
    memories.some((memory) => memory.includes(Buffer.from(material[name] ?? []))),
  )
}

/** A cache that has sealed and opened an entry, in a large region with an instance of its own, and the nonce of that. */
async function used() {
  const l2 = memoryDriver({ shared: true })
  const cache = new CacheManager({
    l2,
    encryption,
    maxBytes: '256MB',
    regions: { notes: { encryption: true, maxBytes: '128MB' } },
  })
  for (const region of ['notes', 'user_preferences'] as const) {
    await cache.set(region, 'k', { a: 'value' })
    await cache.get(region, 'k')
    await cache.clear(region)
    await cache.set(region, 'k', { a: 'value' })
    await cache.get(region, 'k')
  }
  const { keys } = (await l2.scan?.('omnicache:notes:')) ?? { keys: [] }
  const [entry = ''] = keys.filter((key) => /:[\w-]{43}$/.test(key)).slice(-1)
  const [envelope = new Uint8Array(0)] = await l2.getMany([entry])
  return { cache, material: materialOf(KEY, INDEX, envelope.subarray(48, 72)) }
}

describe('the keys of a cache', () => {
  it('stand in the core while it is open, as far as they are needed, and nowhere in it once it was closed', async () => {
    const { cache, material } = await used()
    expect(standing(material)).toEqual([
      'the index key, taken in by the inner hash',
      'the index key, taken in by the outer hash',
      'the subkey',
    ])
    await cache.close()
    expect(standing(material)).toEqual([])
  })

  it('are wiped in JavaScript, too, as far as they are its own copies', () => {
    const ring = parseKeyRing(encryption)
    const own = [ring.indexSecret, ...ring.keys.values()]
    expect(own.every((key) => key.some((byte) => byte !== 0))).toBe(true)
    new RegionKeys(ring).dispose()
    expect(own.every((key) => key.every((byte) => byte === 0))).toBe(true)
    expect(INDEX).toEqual(secretBytes('the index secret'))
  })

  it('are not made anew once they were wiped', () => {
    const keys = new RegionKeys(parseKeyRing(encryption))
    keys.dispose()
    expect(() => keys.lend(Core.shared(), () => 1)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })

  it('are shown nowhere: by inspection, as JSON, in figures, options and errors', async () => {
    const lines: unknown[] = []
    const log = (...args: unknown[]) => void lines.push(args)
    const logger = { debug: log, info: log, warn: log, error: log }
    const options: ManagerOptions = { encryption, logger, l2: memoryDriver() }
    const cache = new CacheManager(options)
    const region = cache.region('user_preferences')
    await region.set('k', 1)
    const keys = new RegionKeys(parseKeyRing(encryption))
    const errors = [
      () => parseKeyRing({ keys: { current: 'k1', ring: { k1: `${hex(KEY)}00` } } }),
      () => parseKeyRing({ keys: { current: hex(KEY), ring: { k1: KEY } } }),
      () => parseKeyRing({ keys: { current: 'k1', ring: { [hex(KEY)]: KEY } } }),
      () => new CacheManager({ encryption: hex(KEY) as never }),
      () => new CacheManager({ encryption: { keys: KEY.slice(1) } }),
    ].map((make) => {
      try {
        return make()
      } catch (error) {
        return error
      }
    })
    const shown = [
      cache,
      region,
      keys,
      cache.metrics(),
      cache.status(),
      cache.config('user_preferences'),
      lines,
      errors,
    ]
    const deep = { depth: 12, showHidden: true }
    const text = shown.flatMap((one) => [inspect(one, deep), JSON.stringify(one), String(one)]).join('\n')
    await cache.close()
    for (const secret of [KEY, INDEX]) {
      const forms = [hex(secret), Buffer.from(secret).toString('base64'), secret.join(','), secret.join(', ')]
      for (const form of forms) expect(text).not.toContain(form.slice(0, 24))
    }
    expect(inspect(keys)).toBe('[redacted]')
    expect(JSON.stringify({ keys })).toBe('{"keys":"[redacted]"}')
  })
})
