import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Browser, hasChromium, startBrowser } from '../../helpers/browser.ts'
import { until } from '../../helpers/until.ts'
import type { CacheMethod } from './page.ts'

const entryPoint = fileURLToPath(new URL('page.ts', import.meta.url))

describe.skipIf(!hasChromium)('two tabs over one IndexedDB in Chromium', () => {
  let browser: Browser
  let tabs: readonly [Page, Page]
  let run = 0

  beforeAll(async () => {
    browser = await startBrowser(entryPoint)
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    const database = `tabs${run++}`
    tabs = [await browser.open(), await browser.open()]
    for (const page of tabs) {
      await page.evaluate((given) => globalThis.cache.make(given), { database })
      await call(page, 'ready')
      await until(async () => (await page.evaluate(() => globalThis.cache.bus())) === 'up')
    }
  })

  async function call(page: Page, method: CacheMethod, ...args: unknown[]): Promise<unknown> {
    const given = { method, args }
    const { value, error } = await page.evaluate(({ method, args }) => globalThis.cache.call(method, args), given)
    expect(error).toBeUndefined()
    return value
  }

  /** What the second tab holds in memory, it must have given up: an hour is what it would be trusted for else. */
  async function sees(key: string, value: unknown): Promise<void> {
    await until(async () => (await call(tabs[1], 'get', 'kept', key)) === value, 5_000)
  }

  it('what one sets, deletes and clears the other sees at once', async () => {
    const [one] = tabs
    await call(one, 'set', 'kept', 'k', 'first')
    await sees('k', 'first')
    await call(one, 'set', 'kept', 'k', 'second')
    await sees('k', 'second')
    await call(one, 'delete', 'kept', 'k')
    await sees('k', undefined)
    await call(one, 'set', 'kept', 'x', 1)
    await sees('x', 1)
    await call(one, 'clear', 'kept')
    await sees('x', undefined)
  })

  it('and what it takes away by a tag', async () => {
    const [one] = tabs
    await call(one, 'set', 'kept', 'a', 1, { tags: ['t'] })
    await call(one, 'set', 'kept', 'b', 2)
    await sees('a', 1)
    await sees('b', 2)
    await call(one, 'deleteByTag', 'kept', 't')
    await sees('a', undefined)
    await sees('b', 2)
  })
})
