import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deferred, makeCache, record } from './fixture.ts'

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
})
afterEach(() => void process.off('unhandledRejection', note))

/** A region with a stale entry under 'k'. */
async function stale(options: { grace?: number; swr?: number }) {
  const { cache, clock } = makeCache({ regions: { s: { ttl: 1_000, ...options } } })
  const region = cache.region<string>('s')
  await region.set('k', 'old')
  await clock.advance(1_000)
  return { cache, clock, region }
}

describe('a caller with a signal', () => {
  it('that was handed out what is stale hears nothing of a refresh that fails later', async () => {
    const { clock, region } = await stale({ swr: 60_000 })
    const made = deferred<string>()
    const call = () => region.getOrSet('k', () => made.promise, { signal: new AbortController().signal })
    expect(await call()).toBe('old')
    expect(await call()).toBe('old')
    made.reject(new Error('down'))
    await clock.settle()
    expect(unhandled).toEqual([])
  })

  it('that was handed out what is stale may abort afterwards, and the refresh goes on', async () => {
    const { clock, region } = await stale({ swr: 60_000 })
    const made = deferred<string>()
    const controller = new AbortController()
    const call = () => region.getOrSet('k', () => made.promise, { signal: controller.signal })
    await Promise.all([call(), call()])
    await call()
    controller.abort()
    made.resolve('new')
    await clock.settle()
    expect(await region.get('k')).toBe('new')
    expect(unhandled).toEqual([])
  })

  it('that leaves, as the last one, makes nobody back off: its abort is no failure of the origin', async () => {
    const { cache, clock, region } = await stale({ grace: 60_000 })
    const failures = record(cache, 'refresh-failed')
    const controller = new AbortController()
    const call = region.getOrSet(
      'k',
      ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { signal: controller.signal },
    )
    await clock.settle()
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    await clock.settle()
    expect(failures).toEqual([])
    expect(await region.getOrSet('k', () => 'new')).toBe('new')
  })
})

describe('expire', () => {
  it('outdates a value that is being made, also where there is no entry yet', async () => {
    const { cache, clock } = makeCache({ regions: { s: { ttl: 1_000, grace: 60_000 } } })
    const region = cache.region<string>('s')
    const made = deferred<string>()
    const loaded = region.getOrSet('k', () => made.promise)
    await clock.settle()
    expect(await region.expire('k')).toBe(false)
    made.resolve('made before')
    expect(await loaded).toBe('made before')
    expect(await region.get('k')).toBeUndefined()
  })
})

describe('a factory that awaits its own key', () => {
  it('waits for itself until its hardTimeout, and a get of that key is answered', async () => {
    const { cache, clock } = makeCache({ regions: { s: { ttl: '1m', hardTimeout: '2s' } } })
    const region = cache.region<string>('s')
    const found: unknown[] = []
    const call = region.getOrSet('k', async () => {
      found.push(await region.get('k'))
      return (await region.getOrSet('k', () => 'inner')) as string
    })
    const refused = expect(call).rejects.toMatchObject({ code: 'TIMEOUT' })
    await clock.advance(2_000)
    await refused
    expect(found).toEqual([undefined])
    await clock.settle()
    expect(unhandled).toEqual([])
  })
})
