import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import type { CacheManager } from '../js/index.ts'
import { tiersOf } from './cache.ts'
import type { RecentLatency } from './recent.ts'
import { type Pages, reply, sendJson } from './service.ts'
import type { Source } from './source.ts'

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
  '/live.css': ['live.css', 'text/css; charset=utf-8'],
  '/live.js': ['live.js', 'text/javascript; charset=utf-8'],
}

/** The page of live figures and what it is fed with: `/`, `/metrics.json` and `/metrics`. */
export function livePages(cache: CacheManager, source: Source, recent: RecentLatency): Pages {
  const folder = new URL('../www/', import.meta.url)
  return (target, response) => {
    const file = FILES[target]
    if (file !== undefined) sendFile(response, new URL(file[0], folder), file[1])
    else if (target === '/metrics.json') sendJson(response, 200, liveFigures(cache, source, recent))
    else if (target === '/metrics') reply(response, 200, 'text/plain; version=0.0.4', Buffer.from(cache.metricsText()))
    else if (target === '/favicon.ico') response.writeHead(204).end()
    else return false
    return true
  }
}

/** What the page shows: totals, one row a region, one point a second, the tiers. */
export function liveFigures(cache: CacheManager, source: Source, recent: RecentLatency) {
  const { totals, regions } = cache.metrics()
  const rows = source.regions.flatMap((name) => {
    const region = regions[name]
    return region === undefined ? [] : [{ name, ...region }]
  })
  const evictions = rows.reduce((sum, row) => sum + row.evictions, 0)
  return {
    totals: { ...totals, requests: recent.total, evictions },
    regions: rows,
    seconds: recent.history(),
    tiers: tiersOf(cache),
  }
}

function sendFile(response: ServerResponse, file: URL, type: string): void {
  response.setHeader('content-security-policy', "default-src 'self'")
  reply(response, 200, type, readFileSync(file))
}
