import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { KINDS } from '../../../demo/kinds.ts'
import { ArticleOrigin } from '../../../demo/origin.ts'

function origin(seed = 1) {
  const waits: number[] = []
  const source = new ArticleOrigin(seed, KINDS, async (ms) => {
    waits.push(ms)
  })
  return { source, waits }
}

describe('the article origin', () => {
  it.each(KINDS.map((kind) => [kind.route, kind] as const))('serves /%s from its own region', (route, kind) => {
    expect(origin().source.find(`/${route}/17`)).toMatchObject({ region: kind.region, key: '17' })
  })

  it.each([
    '/',
    '/articles',
    '/articles/',
    '/books/1',
    '/articles/1/2',
    '/articles/%2e',
    `/articles/${'x'.repeat(101)}`,
  ])('knows nothing at %s', (target) => {
    expect(origin().source.find(target)).toBeUndefined()
  })

  it('makes the same content for the same id and seed, and other content for others', async () => {
    const load = (target: string, seed?: number) => origin(seed).source.find(target)?.load()
    const article = await load('/articles/1')
    expect(article).toMatchObject({ id: '1', publishedAt: expect.any(Date) })
    expect(await load('/articles/1')).toEqual(article)
    expect(await load('/articles/1', 2)).not.toEqual(article)
    expect(await load('/articles/2')).not.toEqual({ ...(article as object), id: '2' })
  })

  it('takes as long as its kind says, mostly the shorter half of it', async () => {
    const { source, waits } = origin()
    for (let id = 1; id <= 400; id++) await source.find(`/articles/${id}`)?.load()
    const { minMs = 0, maxMs = 0 } = KINDS.find((kind) => kind.route === 'articles')?.origin ?? {}
    expect(waits).toHaveLength(400)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(minMs)
    expect(Math.max(...waits)).toBeLessThanOrEqual(maxMs)
    expect(Math.max(...waits)).toBeGreaterThan(maxMs - (maxMs - minMs) / 10)
    expect(waits.filter((ms) => ms < (minMs + maxMs) / 2).length).toBeGreaterThan(240)
  })

  it('writes articles that deflate packs as it packs prose', async () => {
    const { source } = origin()
    let raw = 0
    let packed = 0
    for (let id = 1; id <= 30; id++) {
      const text = JSON.stringify(await source.find(`/articles/${id}`)?.load())
      raw += text.length
      packed += deflateSync(text).length
    }
    expect(raw / packed).toBeGreaterThan(2)
    expect(raw / packed).toBeLessThan(3.2)
  })
})
