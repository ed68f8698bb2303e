import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, hasChromium, startBrowser } from '../../helpers/browser.ts'

describe.skipIf(!hasChromium)('the Cache API in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser(fileURLToPath(new URL('cache-api-page.ts', import.meta.url)))
  })
  afterAll(() => browser.close())

  it('is a tier that does all that a driver must', async () => {
    const page = await browser.open()
    expect(await page.evaluate(() => globalThis.cacheApiFailures())).toEqual([])
    await page.close()
  }, 180_000)
})
