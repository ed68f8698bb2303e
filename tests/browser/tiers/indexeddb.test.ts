import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { indexedDbDriver } from '../../../js/tiers/indexeddb.ts'
import { type Browser, hasChromium, startBrowser } from '../../helpers/browser.ts'
import { driverContract } from '../../helpers/driver-contract.ts'
import { remoteDriver } from './remote-driver.ts'

const entryPoint = fileURLToPath(new URL('page.ts', import.meta.url))
const value = Uint8Array.of(1, 2, 3)
const entry = (key: string, ttl = Number.POSITIVE_INFINITY) => ({ key, value, ttl })

describe.skipIf(!hasChromium)('IndexedDB in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser(entryPoint)
  })
  afterAll(() => browser.close())

  driverContract('indexeddb', async () => {
    const page = await browser.open()
    const other = await browser.open()
    return {
      driver: await remoteDriver(page),
      elapse: (ms) => page.evaluate((time) => globalThis.tiers.advance(time), ms),
      another: () => remoteDriver(other),
      dispose: async () => {
        await page.close()
        await other.close()
      },
    }
  })

  describe('the driver', () => {
    let page: Page
    let database: string
    let run = 0
    beforeEach(async () => {
      page = await browser.open()
      database = `test${run++}`
    })
    afterEach(async () => {
      expect(await page.evaluate(() => globalThis.tiers.unhandled)).toEqual([])
      await page.close()
    })

    it('survives a reload', async () => {
      const driver = await remoteDriver(page, { database })
      await driver.setMany([entry('a'), entry('short', 1000)])
      await page.reload()
      const again = await remoteDriver(page, { database })
      expect(await again.getMany(['a', 'short'])).toEqual([value, value])
    })

    it('is shared by two tabs, each writing atomically', async () => {
      const other = await browser.open()
      const [first, second] = [await remoteDriver(page, { database }), await remoteDriver(other, { database })]
      const answers = await Promise.all(
        [first, second, first, second].map((driver, i) => driver.setIfAbsent('token', Uint8Array.of(i))),
      )
      expect(new Set(answers.map(String)).size).toBe(1)
      await first.setMany([entry('a')])
      expect(await second.getMany(['a'])).toEqual([value])
      await other.close()
    })

    it('removes what has expired in the background, and nothing else', async () => {
      const driver = await remoteDriver(page, { database, sweepInterval: 10_000 })
      await driver.setMany(Array.from({ length: 1200 }, (_, i) => entry(`old${i}`, 5000)))
      await driver.setMany([entry('long', 60_000), entry('ever')])
      await page.evaluate(() => globalThis.tiers.advance(10_000))
      await expect.poll(() => keysIn(page, database)).toEqual(['ever', 'long'])
      expect(await driver.getMany(['long', 'ever'])).toEqual([value, value])
    })

    it('makes way when another tab upgrades or deletes the database, and comes back', async () => {
      const driver = await remoteDriver(page, { database })
      await driver.setMany([entry('a')])
      const other = await browser.open()
      await other.evaluate(
        (name) =>
          new Promise<void>((resolve, reject) => {
            const request = indexedDB.open(name, 7)
            request.onerror = () => reject(request.error)
            request.onblocked = () => reject(new Error('blocked'))
            request.onsuccess = () => resolve(request.result.close())
          }),
        database,
      )
      expect(await driver.getMany(['a'])).toEqual([value])
      await other.evaluate(
        (name) =>
          new Promise<void>((resolve, reject) => {
            const request = indexedDB.deleteDatabase(name)
            request.onblocked = () => reject(new Error('blocked'))
            request.onsuccess = () => resolve()
          }),
        database,
      )
      expect(await driver.getMany(['a'])).toEqual([undefined])
      await driver.setMany([entry('a')])
      expect(await driver.getMany(['a'])).toEqual([value])
      await other.close()
    })

    it('rejects while another tab blocks the upgrade, and serves once it is gone', async () => {
      const other = await browser.open()
      await hold(other, database)
      const driver = await remoteDriver(page, { database })
      for (let i = 0; i < 2; i++) {
        await expect(driver.getMany(['a'])).rejects.toMatchObject({
          code: 'TIER_UNAVAILABLE',
          message: expect.stringContaining('another tab'),
        })
      }
      await other.close()
      await expect.poll(() => driver.getMany(['a']).catch(() => 'blocked')).toEqual([undefined])
    })

    it('rejects when the database does not open in time', async () => {
      const other = await browser.open()
      await hold(other, database)
      await other.evaluate((name) => void indexedDB.deleteDatabase(name), database)
      const driver = await remoteDriver(page, { database, openTimeout: 50 })
      const call = expect(driver.setMany([entry('a')])).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
      await page.evaluate(() => globalThis.tiers.advance(50))
      await call
      await other.close()
      await expect
        .poll(() =>
          driver.setMany([entry('a')]).then(
            () => 'stored',
            () => 'blocked',
          ),
        )
        .toBe('stored')
    })

    it('closes while the database is still opening', async () => {
      const other = await browser.open()
      await hold(other, database)
      const driver = await remoteDriver(page, { database })
      await driver.connect().catch(() => undefined)
      await driver.close()
      await other.close()
      await expect(driver.getMany(['a'])).rejects.toMatchObject({ code: 'CLOSED' })
      expect(await keysIn(page, database)).toEqual([])
    })

    it('rejects when the quota is spent, and loses nothing by it', async () => {
      const { fill, stored, close } = await withQuota(browser, 'spent.localhost', 12 << 20)
      expect(await fill('a', 8 << 20)).toEqual({ value: undefined })
      expect(await fill('b', 8 << 20)).toMatchObject({ code: 'TIER_UNAVAILABLE', cause: 'QuotaExceededError' })
      expect(await stored()).toEqual(['a'])
      await close()
    })

    it('drops what has expired when the quota is spent, and tries again', async () => {
      const { page: limited, fill, stored, close } = await withQuota(browser, 'expired.localhost', 12 << 20)
      expect(await fill('old', 8 << 20, 1000)).toEqual({ value: undefined })
      await limited.evaluate(() => globalThis.tiers.advance(1000))
      await expect.poll(() => fill('new', 8 << 20)).toEqual({ value: undefined })
      expect(await stored()).toEqual(['new'])
      await close()
    })

    it('rejects where the page may not store anything', async () => {
      const outcome = await page.evaluate(async () => {
        const frame = document.createElement('iframe')
        frame.sandbox.add('allow-scripts')
        frame.srcdoc = `<script type="module">
          const { code } = await import('${location.origin}/page.js').then(
            () => tiers.call(tiers.make({}), 'getMany', [['a']]),
          )
          parent.postMessage(code, '*')
        </script>`
        const answer = new Promise((resolve) => addEventListener('message', (event) => resolve(event.data)))
        document.body.append(frame)
        return answer
      })
      expect(outcome).toBe('TIER_UNAVAILABLE')
    })
  })
})

describe('IndexedDB in Node', () => {
  it('is refused by an error that names the alternative', () => {
    expect(() => indexedDbDriver()).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_RUNTIME',
        message: expect.stringMatching(/Redis.*omnicache\/sqlite/),
      }),
    )
  })
})

/** A page of an origin of its own that may store no more than `quota` bytes, and whose sweeps come only when needed. */
async function withQuota(browser: Browser, host: string, quota: number) {
  const page = await browser.open(host)
  const session = await page.context().newCDPSession(page)
  await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: quota })
  const id = await page.evaluate(() => globalThis.tiers.make({ sweepInterval: 1e9 }))
  return {
    page,
    fill: (key: string, size: number, ttl = 60_000) =>
      page.evaluate((given) => globalThis.tiers.fill(given.id, given.key, given.size, given.ttl), {
        id,
        key,
        size,
        ttl,
      }),
    stored: () => keysIn(page, 'omnicache'),
    close: () => page.close(),
  }
}

/** What is really stored, expired or not. */
function keysIn(page: Page, database: string): Promise<unknown[]> {
  return page.evaluate(
    (name) =>
      new Promise<unknown[]>((resolve, reject) => {
        const open = indexedDB.open(name)
        open.onerror = () => reject(open.error)
        open.onsuccess = () => {
          const request = open.result.transaction('entries').objectStore('entries').getAllKeys()
          request.onsuccess = () => {
            open.result.close()
            resolve(request.result)
          }
        }
      }),
    database,
  )
}

/** Keeps a first version of the database open that has no store of ours, deaf to all who want to upgrade it. */
function hold(page: Page, database: string): Promise<void> {
  return page.evaluate(
    (name) =>
      new Promise<void>((resolve) => {
        indexedDB.open(name, 1).onsuccess = () => resolve()
      }),
    database,
  )
}
