import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Browser, hasChromium, startBrowser } from '../../helpers/browser.ts'
import type { CacheMethod } from './page.ts'

const entryPoint = fileURLToPath(new URL('page.ts', import.meta.url))
const KEY = '7e'.repeat(32)

/** The limit of one operation in L2, and what a busy machine may add to it. */
const LIMIT = 250 + 750

/** One tab with a cache of its own over the origin's database. */
class Tab {
  readonly page: Page
  constructor(page: Page) {
    this.page = page
  }

  make(options: { database: string; openTimeout?: number; key?: string }): Promise<void> {
    return this.page.evaluate((given) => globalThis.cache.make(given), options)
  }

  /** What a call answers; it must not reject, nor take longer than its limit. */
  async call(method: CacheMethod, ...args: unknown[]): Promise<unknown> {
    const given = { method, args }
    const { value, error, ms } = await this.page.evaluate(
      ({ method, args }) => globalThis.cache.call(method, args),
      given,
    )
    expect(error).toBeUndefined()
    if (method !== 'ready' && method !== 'close') expect(ms).toBeLessThan(LIMIT)
    return value
  }

  state(): Promise<string> {
    return this.page.evaluate(() => globalThis.cache.state())
  }
}

describe.skipIf(!hasChromium)('a cache over IndexedDB in Chromium', () => {
  let browser: Browser
  let tabs: Tab[] = []
  let database: string
  let run = 0
  const openTab = async (options = {}, host?: string): Promise<Tab> => {
    const tab = new Tab(await browser.open(host))
    tabs.push(tab)
    await tab.make({ database, ...options })
    return tab
  }
  beforeAll(async () => {
    browser = await startBrowser(entryPoint)
  })
  afterAll(() => browser.close())
  beforeEach(() => {
    database = `cache${run++}`
  })
  afterEach(async () => {
    for (const { page } of tabs) {
      expect(await page.evaluate(() => globalThis.cache.unhandled)).toEqual([])
      await page.close()
    }
    tabs = []
  })

  it('survives a reload: plain, compressed and encrypted entries', async () => {
    const tab = await openTab({ key: KEY })
    const value = { text: 'again and again '.repeat(200), at: new Date(1e12) }
    const regions = ['live', 'packed', 'generation_status', 'user_preferences']
    for (const region of regions) expect(await tab.call('set', region, 'k', value)).toBe(true)
    await tab.call('set', 'live', 'deleted', 1)
    await tab.call('delete', 'live', 'deleted')
    await tab.call('set', 'export_cache', 'cleared', 1)
    await tab.call('clear', 'export_cache')
    await tab.page.reload()
    await tab.make({ database, key: KEY })
    for (const region of regions) expect(await tab.call('get', region, 'k')).toEqual(value)
    expect(await tab.call('has', 'live', 'deleted')).toBe(false)
    expect(await tab.call('has', 'export_cache', 'cleared')).toBe(false)
  })

  it('is one for two tabs: what one writes or deletes the other sees within its trust in memory', async () => {
    const [first, second] = [await openTab(), await openTab()]
    await first.call('set', 'live', 'k', 'first')
    expect(await second.call('get', 'live', 'k')).toBe('first')
    await second.call('set', 'live', 'k', 'second')
    await expect.poll(() => first.call('get', 'live', 'k')).toBe('second')
    await first.call('delete', 'live', 'k')
    await expect.poll(() => second.call('get', 'live', 'k')).toBeUndefined()
    await first.call('set', 'live', 'k', 'third')
    expect(await second.call('clear', 'live')).toBeTypeOf('number')
    await expect.poll(() => first.call('get', 'live', 'k')).toBeUndefined()
  })

  it('goes on in memory when the quota is spent', async () => {
    const tab = await openTab({}, 'quota.localhost')
    const session = await browser.context.newCDPSession(tab.page)
    const origin = new URL(tab.page.url()).origin
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2_000_000 })
    expect(await tab.page.evaluate(() => globalThis.cache.fill(12, 500_000))).toEqual(
      Array.from({ length: 12 }, () => true),
    )
    expect(await tab.page.evaluate(() => globalThis.cache.refusals)).toContain('QuotaExceededError')
    expect(await tab.call('has', 'packed', 'fill 11')).toBe(true)
    await tab.call('set', 'live', 'small', 1)
    expect(await tab.call('get', 'live', 'small')).toBe(1)
    await session.send('Storage.overrideQuotaForOrigin', { origin })
  })

  it('goes on in memory while the database is blocked, and uses it when it is free', async () => {
    const blocker = await browser.open()
    // An older version that is held open, and another tab that waits to delete it, block whoever comes.
    await blocker.evaluate(async (name) => {
      await new Promise<void>((resolve, reject) => {
        const request = indexedDB.open(name, 1)
        request.onerror = () => reject(request.error)
        request.onsuccess = () => {
          Object.assign(globalThis, { held: request.result })
          resolve()
        }
      })
      indexedDB.deleteDatabase(name)
    }, database)
    const tab = await openTab({ openTimeout: 1_000 })
    expect(await tab.call('get', 'live', 'k')).toBeUndefined()
    expect(await tab.call('set', 'live', 'k', 1)).toBe(true)
    expect(await tab.call('get', 'live', 'k')).toBe(1)
    expect(await tab.state()).not.toBe('closed')
    await blocker.evaluate(() => (globalThis as unknown as { held: IDBDatabase }).held.close())
    await blocker.close()
    await expect.poll(() => tab.state(), { timeout: 15_000 }).toBe('closed')
    const other = await openTab()
    await expect.poll(() => other.call('get', 'live', 'k'), { timeout: 15_000 }).toBe(1)
  })

  it('works where IndexedDB is not to be had at all', async () => {
    const page = await browser.context.newPage()
    await page.addInitScript(() => {
      const refuse = () => {
        throw new DOMException('denied', 'SecurityError')
      }
      Object.defineProperty(indexedDB, 'open', { value: refuse })
    })
    await page.goto(browser.url)
    const tab = new Tab(page)
    tabs.push(tab)
    await tab.make({ database })
    expect(await tab.call('set', 'live', 'k', 1)).toBe(true)
    expect(await tab.call('get', 'live', 'k')).toBe(1)
    expect(await tab.call('setMany', 'packed', { a: 1 })).toBe(1)
    expect(await tab.call('clear', 'live')).toBe(1)
    expect(await tab.call('close')).toMatchObject({ unsent: expect.any(Number) })
  })
})
