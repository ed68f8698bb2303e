import { afterEach, describe, expect, it } from 'vitest'
import { type Answer, drive } from '../../../demo/load.ts'
import { NO_CACHE, type Service, type ServiceOptions, startService } from '../../../demo/service.ts'
import type { Source } from '../../../demo/source.ts'

const open: Service[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((service) => service.close()))
})

const SOURCE: Source = {
  regions: ['articles'],
  find: (target) => {
    const key = /^\/articles\/(\w+)$/.exec(target)?.[1]
    if (key === undefined) return undefined
    const load = async (): Promise<unknown> => {
      if (key === 'broken') throw new Error('the origin is down')
      return key === 'bytes' ? new Uint8Array([1, 2, 3]) : key === 'text' ? 'prose' : { key }
    }
    return { region: 'articles', key, load }
  },
}

/** The two methods that the service uses, over a plain Map. */
function memory(): ServiceOptions['cache'] {
  const values = new Map<string, unknown>()
  const cache = {
    async getOrSet(region: string, key: string, factory: (context: { signal: AbortSignal }) => Promise<unknown>) {
      const name = `${region}:${key}`
      if (!values.has(name)) values.set(name, await factory({ signal: new AbortController().signal }))
      return values.get(name)
    },
    async delete(region: string, key: string) {
      return values.delete(`${region}:${key}`)
    },
  }
  return cache as ServiceOptions['cache']
}

async function start(options: Partial<ServiceOptions> = {}, port?: number): Promise<Service> {
  const service = await startService({ cache: memory(), source: SOURCE, ...options }, port)
  open.push(service)
  return service
}

const url = (service: Service, path: string): string => `http://127.0.0.1:${service.port}${path}`

describe('the service', () => {
  it('answers from the origin first and from the cache after that', async () => {
    const service = await start()
    const first = await fetch(url(service, '/articles/1'))
    const second = await fetch(url(service, '/articles/1'))
    expect(await first.json()).toEqual({ key: '1' })
    expect(await second.json()).toEqual({ key: '1' })
    expect([first, second].map((answer) => answer.headers.get('x-served-by'))).toEqual(['origin', 'cache'])
    expect(second.headers.get('x-region')).toBe('articles')
  })

  it('goes past the cache for a request that says so', async () => {
    const service = await start()
    await fetch(url(service, '/articles/1'))
    const answer = await fetch(url(service, '/articles/1'), { headers: { [NO_CACHE]: '1' } })
    expect(answer.headers.get('x-served-by')).toBe('origin')
  })

  it('forgets an answer on DELETE', async () => {
    const service = await start()
    await fetch(url(service, '/articles/1'))
    const forget = async () => (await fetch(url(service, '/articles/1'), { method: 'DELETE' })).json()
    expect(await forget()).toEqual({ forgotten: true })
    expect(await forget()).toEqual({ forgotten: false })
  })

  it.each([
    ['/articles/1', 'application/json', '{"key":"1"}'],
    ['/articles/text', 'text/plain; charset=utf-8', 'prose'],
    ['/articles/bytes', 'application/octet-stream', '\x01\x02\x03'],
  ])('sends %s as %s', async (path, type, body) => {
    const answer = await fetch(url(await start(), path))
    expect(answer.headers.get('content-type')).toBe(type)
    expect(await answer.text()).toBe(body)
  })

  it.each([
    ['GET', '/nothing', 404],
    ['PUT', '/articles/1', 405],
    ['GET', '/articles/broken', 500],
  ])('answers %s %s with %i and a reason', async (method, path, status) => {
    const answer = await fetch(url(await start(), path), { method })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toEqual({ error: expect.any(String) })
  })

  it('tells of each answer how long it took', async () => {
    const took: number[] = []
    await fetch(url(await start({ onAnswer: (ms) => took.push(ms) }), '/articles/1'))
    expect(took).toEqual([expect.any(Number)])
  })

  it('refuses a port that is taken in one clear line', async () => {
    const { port } = await start()
    await expect(start({}, port)).rejects.toThrow(`port ${port} is taken`)
  })
})

describe('the load', () => {
  it('asks for each target once, no more at a time than it may', async () => {
    let most = 0
    const waiting: (() => void)[] = []
    const source: Source = {
      regions: ['articles'],
      find: (target) => ({
        region: 'articles',
        key: target,
        load: async () => {
          // The first three of four wait for the fourth.
          await new Promise<void>((resolve) => {
            most = Math.max(most, waiting.push(resolve))
            if (waiting.length === 4) for (const go of waiting.splice(0)) go()
          })
          return target
        },
      }),
    }
    const { port } = await start({ source })
    const targets = Array.from({ length: 60 }, (_, i) => `/${i}`)
    const answers: Answer[] = []
    await drive(targets, { port, concurrency: 4, headers: { [NO_CACHE]: '1' }, onAnswer: (got) => answers.push(got) })
    expect(answers.map((got) => got.target).sort()).toEqual([...targets].sort())
    expect(answers.every((got) => got.status === 200 && got.region === 'articles' && got.ms > 0)).toBe(true)
    expect(new Set(answers.map((got) => got.digest)).size).toBe(60)
    expect(most).toBe(4)
  })

  it('ends early when it is told to', async () => {
    const { port } = await start()
    const stop = new AbortController()
    let answers = 0
    await drive(
      (function* () {
        for (;;) yield '/articles/1'
      })(),
      {
        port,
        concurrency: 2,
        signal: stop.signal,
        onAnswer: () => {
          if (++answers === 5) stop.abort()
        },
      },
    )
    expect(answers).toBeLessThanOrEqual(6)
  })

  it('rejects when nobody listens', async () => {
    const service = await start()
    await service.close()
    await expect(drive(['/a'], { port: service.port, concurrency: 1, onAnswer: () => {} })).rejects.toThrow(/ECONN/)
  })
})
