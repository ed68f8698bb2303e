/**
 * What every runtime is asked to do. It imports nothing and names no runtime's own API, so that any of
 * them runs it: a program of the runtime imports or requires the package, and hands it in.
 */

const KEY = 'ab'.repeat(32)
const TEXT = 'A cache is a place where work is kept so that it need not be done again. '
const SECRET = 'a secret that is nowhere to be seen'

/** What comes back equal to what went in, beside JSON's types. */
const rich = () => ({
  when: new Date(1e12),
  map: new Map([['a', [1, undefined, null]]]),
  set: new Set(['x', 2n ** 70n]),
  bytes: Uint8Array.of(0, 255, 7),
  text: 'ä€😀',
})

/** @param {unknown} condition @param {string} message */
function must(condition, message) {
  if (!condition) throw new Error(message)
}

/** @param {unknown} actual @param {unknown} expected */
function same(actual, expected) {
  const [a, b] = [written(actual), written(expected)]
  if (a !== b) throw new Error(`${a} is not ${b}`)
}

/** A text that tells apart what `rich` is made of. @param {unknown} value @returns {string} */
function written(value) {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return `${typeof value} ${JSON.stringify(value)}`
  const kind = Object.prototype.toString.call(value)
  if (kind === '[object Date]') return `${kind} ${value.getTime()}`
  const parts = kind === '[object Object]' ? Object.entries(value) : [...value]
  return `${kind} [${parts.map(written).join(', ')}]`
}

/** A tier that remembers what was written to it, as text. */
function watched(driver) {
  let seen = ''
  const bytes = (value) => String.fromCharCode(...value.subarray(0, 10_000))
  const spy = new Proxy(driver, {
    get: (target, name) => {
      const member = target[name]
      if (typeof member !== 'function') return member
      return (...args) => {
        const entries = Array.isArray(args[0]) ? args[0] : []
        for (const entry of entries) seen += typeof entry === 'string' ? entry : entry.key + bytes(entry.value)
        return member.apply(target, args)
      }
    },
  })
  return { spy, seen: () => seen }
}

/**
 * @param {typeof import('../../../js/index.ts')} omnicache
 * @param {typeof import('../../../js/testing/index.ts')} testing
 */
function steps({ CacheError, CacheManager, CacheType, MemoryCache }, { FakeClock, memoryDriver }) {
  return {
    async 'memory keeps what is used'() {
      const cache = new MemoryCache({ max: 2, policy: 'lru' })
      cache.set('a', 1)
      cache.set('b', 2)
      same(cache.get('a'), 1)
      cache.set('c', 3)
      same([cache.get('a'), cache.get('b'), cache.get('c')], [1, undefined, 3])
    },

    async 'a lifetime ends, by a clock that is told to move'() {
      const clock = new FakeClock()
      const cache = new CacheManager({ clock })
      await cache.set('metrics', 'key', 1, { ttl: '1m' })
      await clock.advance(59_999)
      same(await cache.get('metrics', 'key'), 1)
      await clock.advance(1)
      same(await cache.get('metrics', 'key'), undefined)
      await cache.close()
    },

    async "a lifetime ends, by the runtime's own clock"() {
      const cache = new MemoryCache({ max: 10, ttl: 20 })
      cache.set('key', 1)
      for (let turn = 0; cache.has('key'); turn++) {
        must(turn < 500, 'it is there after five seconds')
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },

    async 'many callers share one run'() {
      const cache = new CacheManager()
      let runs = 0
      const factory = async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        return { run: ++runs }
      }
      const calls = Array.from({ length: 20 }, () => cache.getOrSet('api_responses', 'key', factory))
      for (const made of await Promise.all(calls)) same(made, { run: 1 })
      same(await cache.get('api_responses', 'key'), { run: 1 })
      await cache.close()
    },

    async 'what is packed is compressed, and comes back'() {
      const cache = new CacheManager()
      const article = { title: 'On caches', body: TEXT.repeat(2_000) }
      same(await cache.set(CacheType.ARTICLE_CONTENT, 'a1', article), true)
      same(await cache.get(CacheType.ARTICLE_CONTENT, 'a1'), article)
      same(await cache.set(CacheType.ARTICLE_CONTENT, 'rich', rich()), true)
      same(await cache.get(CacheType.ARTICLE_CONTENT, 'rich'), rich())
      must(cache.metrics().regions.article_content.compressionRatio > 10, 'it was not compressed')
      await cache.close()
    },

    async 'a tier holds what another process finds, and no secret of it'() {
      const { spy, seen } = watched(memoryDriver({ shared: true }))
      const options = { l2: spy, encryption: { keys: KEY }, defaults: { l2: { timeout: '10s' } } }
      const [one, two] = [new CacheManager(options), new CacheManager(options)]
      await one.set(CacheType.USER_PREFERENCES, SECRET, { colour: SECRET, rich: rich() }, { tags: [SECRET] })
      await one.set(CacheType.METRICS, 'plain', 'for all to see')
      same(await two.get(CacheType.USER_PREFERENCES, SECRET), { colour: SECRET, rich: rich() })
      same(await two.get(CacheType.METRICS, 'plain'), 'for all to see')
      must(seen().includes('for all to see'), 'nothing was written to the tier')
      must(!seen().includes(SECRET), 'the tier can read what is secret')
      await Promise.all([one.close(), two.close()])
    },

    async 'a large value is compressed and sealed by whatever the runtime has'() {
      const l2 = memoryDriver({ shared: true })
      const regions = { large: { encryption: true, compression: 'deflate', l2: { timeout: '20s' } } }
      const options = { l2, regions, encryption: { keys: KEY } }
      const [one, two] = [new CacheManager(options), new CacheManager(options)]
      const body = Array.from({ length: 15_000 }, (_, i) => TEXT + i).join('')
      same(await one.set('large', 'key', body), true)
      must((await two.get('large', 'key')) === body, 'it came back as another one')
      must(two.metrics().regions.large.l2Hits === 1, 'it did not come from the tier')
      await Promise.all([one.close(), two.close()])
    },

    async 'tags, batches, transactions'() {
      const cache = new CacheManager({ regions: { pages: { store: 'packed' } } })
      await cache.set('pages', '/a', 'A', { tags: ['user:1'] })
      await cache.setMany('pages', [
        ['/b', 'B'],
        ['/c', 'C'],
      ])
      await cache.deleteByTag('pages', 'user:1')
      same(await cache.getMany('pages', ['/a', '/b', '/c']), new Map(Object.entries({ '/b': 'B', '/c': 'C' })))
      const failed = await cache
        .transaction('pages', async (tx) => {
          await tx.set('/b', 'changed')
          throw new Error('no')
        })
        .catch((error) => error.message)
      same([failed, await cache.get('pages', '/b')], ['no', 'B'])
      await cache.transaction('pages', async (tx) => {
        await tx.set('/b', 'BB')
        await tx.delete('/c')
      })
      same([await cache.get('pages', '/b'), await cache.has('pages', '/c')], ['BB', false])
      must((await cache.clear('pages')) > 0, 'nothing was cleared')
      same(await cache.has('pages', '/b'), false)
      await cache.close()
    },

    async 'what is wrong is a clear error'() {
      let error
      try {
        new CacheManager({ regions: { a: { ttl: 0 } } })
      } catch (caught) {
        error = caught
      }
      must(error instanceof CacheError, 'it is no CacheError')
      same(error.code, 'INVALID_OPTION')
      must(error.message.includes('regions.a.ttl'), error.message)
    },
  }
}

/**
 * Does all of it.
 *
 * @param {typeof import('../../../js/index.ts')} omnicache What `omnicache` exports.
 * @param {typeof import('../../../js/testing/index.ts')} testing What `omnicache/testing` exports.
 * @returns {Promise<number>} How many steps there were.
 * @throws Where a step does not do what it should.
 */
export async function work(omnicache, testing) {
  const all = Object.entries(steps(omnicache, testing))
  for (const [name, step] of all) {
    try {
      await step()
    } catch (error) {
      throw new Error(`${name}: ${error?.stack ?? error}`)
    }
  }
  return all.length
}
