import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, hasChromium, startBrowser } from '../../helpers/browser.ts'
import { KIND_NAMES } from '../../helpers/kinds.ts'
import { SCENARIOS } from '../../read-path/table.ts'

const entryPoint = fileURLToPath(new URL('page.ts', import.meta.url))
const vitest = fileURLToPath(new URL('expect.ts', import.meta.url))

describe.skipIf(!hasChromium)('over IndexedDB in Chromium', () => {
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    browser = await startBrowser(entryPoint, { alias: { vitest } })
    page = await browser.open()
  })
  afterAll(async () => {
    const unhandled = await page.evaluate(() => globalThis.readPath.unhandled)
    await browser.close()
    expect(unhandled).toEqual([])
  })

  describe.each(KIND_NAMES)('the read path of a region that is %s', (kind) => {
    for (const { name } of SCENARIOS) {
      it(name, async () => {
        const problem = await page.evaluate((given) => globalThis.readPath.play(given.name, given.kind), { name, kind })
        expect(problem).toBeUndefined()
      })
    }
  })
})
