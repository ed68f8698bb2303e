/** The example of a page with IndexedDB, by its one command: `node example.mjs <its folder> [<picture>]`. */

import { chromium } from 'playwright-core'
import { PROGRAMS } from './browsers/programs.mjs'
import { startServer } from './child.mjs'

const [folder, picture] = process.argv.slice(2)

const server = await startServer('npm', ['start', '--', '--port', '0'], { cwd: folder })
const browser = await chromium.launch({ executablePath: PROGRAMS.chromium(), args: ['--no-sandbox'] })
try {
  const context = await browser.newContext()
  const errors = []
  const open = async () => {
    const page = await context.newPage()
    page.on('pageerror', (error) => errors.push(error))
    await page.goto(server.url)
    await page.locator('#status:has-text("tabs up")').waitFor()
    return page
  }
  const read = async (page, id, from) => {
    const before = await page.locator('#log li').count()
    await page.click(`#${id}`)
    await page.locator(`#log li >> nth=${before}`).waitFor()
    const found = await page.locator('#log li').first().getAttribute('data-from')
    if (found !== from) throw new Error(`${id} came from ${found}, not from ${from}`)
    return page.locator('#article h2').textContent()
  }

  const [one, two] = [await open(), await open()]
  await read(one, 'memory', 'source')
  await read(one, 'memory', 'memory')
  await one.reload()
  await read(one, 'memory', 'indexeddb')
  const title = await read(two, 'memory', 'indexeddb')

  await one.click('#rename')
  await one.locator('#article h2:has-text("revised")').waitFor()
  // What the other tab holds in memory is not trusted any more.
  const renamed = await read(two, 'memory', 'indexeddb')
  // Its own source does not know of it before it is loaded anew, so this came through the cache.
  if (renamed === title) throw new Error('the other tab shows the old title')

  for (const id of ['eviction', 'tags', 'eviction']) await one.click(`#${id}`)
  if (picture) await one.screenshot({ path: picture })
  if (errors.length > 0) throw errors[0]
} finally {
  await browser.close()
  await server.end()
}
console.log('ok')
