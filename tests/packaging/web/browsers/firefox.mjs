/** Firefox, by WebDriver BiDi. */

import puppeteer from 'puppeteer-core'
import { PROGRAMS } from './programs.mjs'
import { makeProfile, makeTab, PATIENCE } from './tab.mjs'

/** @type {import('./index.mjs').Kind} */
export const firefox = {
  quota: true,
  refuses: true,
  async launch({ storage = 'remembers', quota } = {}) {
    const profile = await makeProfile()
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: PROGRAMS.firefox(),
      headless: true,
      userDataDir: profile.folder,
      protocolTimeout: PATIENCE,
      extraPrefsFirefox: {
        'browser.privatebrowsing.autostart': storage !== 'remembers',
        // As it was in private windows for long.
        'dom.indexedDB.privateBrowsing.enabled': storage !== 'refuses',
        // In KB. An origin may take the fifth part, but never less than 10 MB.
        ...(quota === undefined ? {} : { 'dom.quotaManager.temporaryStorage.fixedLimit': quota / 1024 }),
      },
    })
    return {
      version: (await browser.version()).replace(/^\D+/, ''),
      async open(url) {
        const page = await browser.newPage()
        await page.goto(url, { timeout: PATIENCE })
        return makeTab({
          run: (script, given) => page.evaluate(script, given),
          reload: async () => void (await page.reload({ timeout: PATIENCE })),
          close: () => page.close(),
        })
      },
      async close() {
        await browser.close()
        await profile.remove()
      },
    }
  },
}
