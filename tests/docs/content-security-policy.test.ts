import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hasChromium, startBrowser } from '../helpers/browser.ts'

/** What a page whose scripts come under `sources` says of the cache. */
async function outcomeUnder(sources: string): Promise<unknown> {
  const headers = { 'content-security-policy': `script-src ${sources}` }
  const browser = await startBrowser(join(import.meta.dirname, 'csp-page.ts'), { headers })
  try {
    const page = await browser.open()
    // The policy forbids evaluated text, so the driver's own condition must be a function.
    const handle = await page.waitForFunction(() => globalThis.outcome)
    return await handle.jsonValue()
  } finally {
    await browser.close()
  }
}

test.skipIf(!hasChromium)("a page whose policy has 'wasm-unsafe-eval' can use the cache", async () => {
  expect(await outcomeUnder("'self' 'wasm-unsafe-eval'")).toBe('value')
})

test.skipIf(!hasChromium)('a page whose policy lacks it is told what to add', async () => {
  expect(await outcomeUnder("'self'")).toMatch(/^UNSUPPORTED_RUNTIME: .*add 'wasm-unsafe-eval' to its script-src$/)
})
