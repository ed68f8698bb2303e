/**
 * The example of a Next app: `node example.mjs <its folder> <dev or built> <turbopack or webpack> [<picture>]`.
 */

import { execFileSync } from 'node:child_process'
import { chromium } from 'playwright-core'
import { PROGRAMS } from './browsers/programs.mjs'
import { startServer } from './child.mjs'

const [folder, way, bundler, picture] = process.argv.slice(2)

const env = { NEXT_TELEMETRY_DISABLED: '1' }
const flags = [`--${bundler}`]

if (way === 'built') {
  execFileSync('npm', ['run', 'build', '--', ...flags], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  })
}
const command = way === 'built' ? ['run', 'serve', '--', '--port', '0'] : ['start', '--', '--port', '0', ...flags]
const server = await startServer('npm', command, { cwd: folder, env })
const browser = await chromium.launch({ executablePath: PROGRAMS.chromium(), args: ['--no-sandbox'] })
try {
  const page = await browser.newPage()
  page.setDefaultTimeout(90_000)
  const errors = []
  page.on('pageerror', (error) => errors.push(error))
  const open = async () => {
    await page.goto(server.url)
    // Until React has the page in hand a click does nothing.
    await page.waitForFunction(() =>
      Object.keys(document.querySelector('button') ?? {}).some((key) => /^__react/.test(key)),
    )
  }
  let count = 0
  const ask = async (place, city, from) => {
    const lines = page.locator(`#${place} li`)
    count++
    await page.click(`#${place} button:has-text("${city}")`)
    await page.waitForFunction(([id, n]) => document.querySelectorAll(`#${id} li`).length === n, [place, count])
    const [text, found] = [await lines.first().innerText(), await lines.first().getAttribute('data-from')]
    if (found !== from || !text.startsWith(`${city} `))
      throw new Error(`${place}: '${text}' from ${found}, not from ${from}`)
  }

  await open()
  for (const place of ['node', 'edge', 'browser']) {
    count = 0
    await ask(place, 'Oslo', 'source')
    await ask(place, 'Lima', 'source')
    await ask(place, 'Oslo', 'memory')
  }
  if (picture) await page.screenshot({ path: picture, fullPage: true })
  await open()
  count = 0
  await ask('browser', 'Oslo', 'indexeddb')
  count = 0
  await ask('node', 'Oslo', 'memory')
  if (errors.length > 0) throw errors[0]
} finally {
  await browser.close()
  await server.end()
}
console.log('ok')
