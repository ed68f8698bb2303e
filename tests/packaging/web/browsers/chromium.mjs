/** Chromium, by its own protocol. */

import { chromium as playwright } from 'playwright-core'
import { PROGRAMS } from './programs.mjs'
import { makeProfile, makeTab, PATIENCE } from './tab.mjs'

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']

/** @type {import('./index.mjs').Kind} */
export const chromium = {
  quota: true,
  async launch({ storage = 'remembers', quota } = {}) {
    const settings = { executablePath: PROGRAMS.chromium(), headless: true, args: ARGUMENTS }
    const { context, close } = await (storage === 'private' ? incognito(settings) : remembering(settings))
    context.setDefaultTimeout(PATIENCE)
    return {
      version: context.browser()?.version() ?? '',
      async open(url) {
        const page = await context.newPage()
        await page.goto(url)
        if (quota !== undefined) {
          const session = await context.newCDPSession(page)
          const { origin } = new URL(url)
          await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: quota })
        }
        return makeTab({
          run: (script, given) => page.evaluate(script, given),
          reload: async () => void (await page.reload()),
          close: () => page.close(),
        })
      },
      close,
    }
  },
}

async function remembering(settings) {
  const profile = await makeProfile()
  const context = await playwright.launchPersistentContext(profile.folder, settings)
  const close = async () => {
    await context.close()
    await profile.remove()
  }
  return { context, close }
}

async function incognito(settings) {
  const browser = await playwright.launch(settings)
  return { context: await browser.newContext(), close: () => browser.close() }
}
