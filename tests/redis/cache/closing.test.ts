import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { makeCache, runProcess, untilState } from './helpers.ts'

describe.skipIf(!hasRedis)('closing', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  it('sends what waits first', async () => {
    const cache = makeCache({
      redis: server.url,
      timeouts: { close: '3s' },
      circuit: { firstDelay: '20s', maxDelay: '30s' },
    })
    await cache.ready()
    server.freeze()
    await cache.set('live', 'queued', 1)
    await untilState(cache, 'open')
    server.thaw()
    expect(await cache.close()).toEqual({ unsent: 0 })
    expect(await makeCache({ redis: server.url }).get('live', 'queued')).toBe(1)
  })

  it('tells what was not sent, within its limit', async () => {
    const errors: unknown[] = []
    const logger = { error: (message: string) => errors.push(message) }
    const cache = makeCache({ redis: server.url, timeouts: { close: '400ms' }, logger })
    await cache.ready()
    server.freeze()
    try {
      await cache.setMany('live', { a: 1, b: 2, c: 3 })
      const start = performance.now()
      expect(await cache.close()).toEqual({ unsent: 3 })
      expect(performance.now() - start).toBeLessThan(1_500)
      expect(errors).toEqual([expect.stringMatching(/writes that redis did not take: 3/)])
    } finally {
      server.thaw()
    }
  })

  it('can be done twice, and while calls are under way', async () => {
    const cache = makeCache({ redis: server.url })
    const calls = Array.from({ length: 50 }, (_, i) => cache.set('live', `k${i}`, i).catch((error) => error))
    const [first, second] = await Promise.all([cache.close(), cache.close()])
    expect(second).toEqual(first)
    for (const outcome of await Promise.all(calls)) {
      if (outcome !== true) expect(outcome).toMatchObject({ name: 'CacheError', code: 'CLOSED' })
    }
  })
})

const START = `import { CacheManager } from './js/index.ts'\n`

describe.skipIf(!hasRedis)('a process', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  it('ends by itself once its cache was closed', async () => {
    const script = `${START}
      const cache = new CacheManager({ redis: '${server.url}' })
      await cache.set('metrics', 'k', 1)
      await cache.getOrSet('api_responses', 'k', () => 2)
      console.log(JSON.stringify(await cache.close()))`
    expect(await runProcess(script)).toEqual({ code: 0, signal: null, output: '{"unsent":0}\n' })
  })

  it('ends by itself once its cache was closed, though Redis is frozen', async () => {
    server.freeze()
    try {
      const script = `${START}
        const cache = new CacheManager({ redis: '${server.url}', timeouts: { close: '300ms' } })
        await cache.set('metrics', 'k', 1)
        console.log(JSON.stringify(await cache.close()))`
      expect(await runProcess(script)).toEqual({ code: 0, signal: null, output: '{"unsent":1}\n' })
    } finally {
      server.thaw()
    }
  })

  it('is not kept alive by a cache in memory that nobody closed', async () => {
    const script = `${START}
      const cache = new CacheManager()
      for (const region of cache.regions) await cache.set(region, 'k', 1)
      await cache.get('metrics', 'nothing')
      console.log('done')`
    expect(await runProcess(script)).toEqual({ code: 0, signal: null, output: 'done\n' })
  })

  it('is not ended by a Redis that goes away', async () => {
    const own = await startRedis()
    try {
      const running = runProcess(`${START}
        const cache = new CacheManager({ redis: '${own.url}' })
        await cache.set('metrics', 'k', 1)
        const away = new Promise((resolve) => cache.on('circuit', ({ state }) => state === 'open' && resolve()))
        console.log('ready')
        const timer = setInterval(() => cache.get('metrics', String(Math.random())), 20)
        await away
        clearInterval(timer)
        console.log(await cache.get('metrics', 'k'))
        await cache.close()`)
      await untilServed(own)
      await own.kill()
      expect(await running).toEqual({ code: 0, signal: null, output: 'ready\n1\n' })
    } finally {
      await own.stop()
    }
  })
})

/** Waits until somebody has stored something. */
async function untilServed(server: RedisServer): Promise<void> {
  const { Redis } = await import('ioredis')
  const admin = new Redis(server.url)
  try {
    await expect.poll(() => admin.dbsize(), { timeout: 10_000 }).toBeGreaterThan(1)
    await new Promise((resolve) => setTimeout(resolve, 300))
  } finally {
    admin.disconnect()
  }
}
