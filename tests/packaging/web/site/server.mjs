/** The page's program on a server: what it renders there comes from a cache. */

import * as omnicache from 'omnicache'
import * as testing from 'omnicache/testing'
import { work } from '../work.mjs'

export async function render() {
  const steps = await work(omnicache, testing)
  const cache = new omnicache.CacheManager()
  const html = await cache.getOrSet('article_content', '/', () => `<p>${steps} steps</p>`)
  await cache.close()
  return html
}
