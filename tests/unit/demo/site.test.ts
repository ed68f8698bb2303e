import { describe, expect, it } from 'vitest'
import { MAX_BODY, SiteOrigin } from '../../../demo/site.ts'
import type { LogLine } from '../../../js/simulate/trace/formats/access-log.ts'

function site(...requests: [target: string, bytes?: number][]): SiteOrigin {
  const lines = requests.map(([target, bytes]): LogLine => ({ method: 'GET', target, status: 200, bytes }))
  return new SiteOrigin(1, lines, async () => {})
}

describe('the stand-in for a site whose log is replayed', () => {
  it('knows the targets of the log and no others', () => {
    const origin = site(['/a.html', 10])
    expect(origin.find('/a.html')?.key).toBe('/a.html')
    expect(origin.find('/b.html')).toBeUndefined()
  })

  it.each([
    ['/', 'article_content'],
    ['/blog/2015/05/', 'article_content'],
    ['/a.html?x=1', 'article_content'],
    ['/feed.xml', 'api_responses'],
    ['/blog/tags/puppet?flav=rss20', 'api_responses'],
    ['/data.json?page=2', 'api_responses'],
    ['/logo.PNG', 'export_cache'],
    ['/style2.css?v=7', 'export_cache'],
  ])('puts %s into %s', (target, region) => {
    expect(site([target, 1]).find(target)?.region).toBe(region)
  })

  it('gives each body the largest size that the log tells, up to a limit', async () => {
    const origin = site(['/a', 304], ['/a', 5_000], ['/a'], ['/b.png', 777], ['/c.iso', MAX_BODY * 9])
    expect(await origin.find('/a')?.load()).toHaveLength(5_000)
    expect(await origin.find('/b.png')?.load()).toHaveLength(777)
    expect(await origin.find('/c.iso')?.load()).toHaveLength(MAX_BODY)
  })

  it('serves text for pages and bytes for images', async () => {
    const origin = site(['/a', 100], ['/b.png', 100])
    expect(await origin.find('/a')?.load()).toBeTypeOf('string')
    expect(await origin.find('/b.png')?.load()).toBeInstanceOf(Uint8Array)
  })

  it('serves something where the log tells no size', async () => {
    expect(await site(['/a'], ['/a', 0]).find('/a')?.load()).toHaveLength(2_048)
  })
})
