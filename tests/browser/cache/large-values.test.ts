import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Browser, hasChromium, startBrowser } from '../../helpers/browser.ts'

const REGIONS = ['squeezed', 'sealed', 'both']

describe.skipIf(!hasChromium)('large values in Chromium', () => {
  let browser: Browser
  let page: Page
  let database: string
  let run = 0
  beforeAll(async () => {
    browser = await startBrowser(fileURLToPath(new URL('large-page.ts', import.meta.url)))
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    database = `large${run++}`
    page = await browser.open()
    await make()
  })
  afterEach(async () => {
    expect(await page.evaluate(() => globalThis.large.unhandled)).toEqual([])
    await page.close()
  })

  const make = () => page.evaluate((name) => globalThis.large.make(name), database)
  const used = () => page.evaluate(() => globalThis.large.used)
  const withoutEngines = () => page.evaluate(() => globalThis.large.withoutEngines())
  const call = async (method: 'get' | 'set', number: number) => {
    const given = { method, number, regions: REGIONS }
    return page.evaluate(async ({ method, number, regions }) => {
      const answers: boolean[] = []
      for (const region of regions) answers.push(await globalThis.large[method](region, number))
      return answers
    }, given)
  }
  const startAnew = async () => {
    await page.reload()
    await make()
  }

  it("are compressed, sealed and opened again by the browser's own engines", async () => {
    expect(await call('set', 1)).toEqual([true, true, true])
    expect(await used()).toEqual({ CompressionStream: 2, encrypt: 2 })
    await startAnew()
    expect(await call('get', 1)).toEqual([true, true, true])
    // One stream more asks whether it refuses what stands behind its data.
    expect(await used()).toEqual({ DecompressionStream: 3, decrypt: 2 })
  })

  it('that the engines made are opened without them, and the other way round', async () => {
    expect(await call('set', 1)).toEqual([true, true, true])
    await startAnew()
    await withoutEngines()
    expect(await call('get', 1)).toEqual([true, true, true])
    expect(await call('set', 2)).toEqual([true, true, true])
    expect(await used()).toEqual({})
    await startAnew()
    expect(await call('get', 2)).toEqual([true, true, true])
    expect(await used()).toEqual({ DecompressionStream: 3, decrypt: 2 })
  })

  it('that were damaged in the database are not there', async () => {
    expect(await call('set', 1)).toEqual([true, true, true])
    await startAnew()
    expect(await page.evaluate((name) => globalThis.large.damage(name), database)).toBe(REGIONS.length)
    expect(await call('get', 1)).toEqual([false, false, false])
    expect(await call('set', 1)).toEqual([true, true, true])
    expect(await call('get', 1)).toEqual([true, true, true])
  })
})
