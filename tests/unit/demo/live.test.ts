import { afterEach, describe, expect, it } from 'vitest'
import { type liveFigures, livePages } from '../../../demo/live.ts'
import { RecentLatency } from '../../../demo/recent.ts'
import { type Service, startService } from '../../../demo/service.ts'
import type { Source } from '../../../demo/source.ts'
import { CacheManager } from '../../../js/index.ts'

const SOURCE: Source = {
  regions: ['article_content', 'metrics'],
  find: (target) =>
    target.startsWith('/articles/') ? { region: 'article_content', key: target, load: async () => target } : undefined,
}

const open: { close(): Promise<unknown> }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function start() {
  const cache = new CacheManager()
  const recent = new RecentLatency(10)
  const pages = livePages(cache, SOURCE, recent)
  const service: Service = await startService({ cache, source: SOURCE, pages, onAnswer: (ms) => recent.add(ms) })
  open.push(service, cache)
  const get = (path: string) => fetch(`http://127.0.0.1:${service.port}${path}`)
  return { cache, recent, get }
}

describe('the page of live figures', () => {
  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/live.css', 'text/css; charset=utf-8'],
    ['/live.js', 'text/javascript; charset=utf-8'],
  ])('%s is served as %s, under a policy that lets nothing else in', async (path, type) => {
    const { get } = await start()
    const answer = await get(path)
    expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'self'")
    expect((await answer.text()).length).toBeGreaterThan(500)
  })

  it('names no resource of another origin and has no inline style or script', async () => {
    const { get } = await start()
    const page = await (await get('/')).text()
    expect(page).not.toMatch(/(?:src|href)="(?:https?:|\/\/)/)
    expect(page).not.toMatch(/\sstyle=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+=/)
  })

  it('is fed with what the service and its cache did', async () => {
    const { get } = await start()
    for (const path of ['/articles/1', '/articles/1', '/articles/2', '/articles/1']) await get(path)
    const figures = (await (await get('/metrics.json')).json()) as ReturnType<typeof liveFigures>
    expect(figures.totals).toMatchObject({ requests: 4, hits: 2, misses: 2, hitRatio: 0.5, entries: 2 })
    expect(figures.regions.map((region) => region.name)).toEqual(['article_content', 'metrics'])
    expect(figures.regions[0]).toMatchObject({ policy: 'lru', hits: 2, misses: 2, entries: 2, evictions: 0 })
    expect(figures.seconds).toHaveLength(9)
    expect(figures.tiers).toEqual([{ name: 'Tiers', state: 'up', detail: 'memory only (REDIS_URL is not set)' }])
  })

  it('has its figures as Prometheus text too', async () => {
    const { get } = await start()
    await get('/articles/1')
    const answer = await get('/metrics')
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4')
    expect(await answer.text()).toMatch(/^omnicache_misses_total\{region="article_content"\} 1$/m)
  })

  it('leaves everything else to the service', async () => {
    const { get } = await start()
    expect((await get('/favicon.ico')).status).toBe(204)
    expect((await get('/live.js.map')).status).toBe(404)
  })
})
