/**
 * `npm run bench:browser`: the same works in Chromium, each contender in a worker of its own.
 * Prints a table for each; or serves the page to whatever browser comes.
 */

import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { wholeNumber } from '../lib/args.ts'
import { figures } from '../lib/figures.ts'
import { ensureBundle } from '../lib/omnicache.ts'
import type { Report } from '../lib/reports.ts'
import { checksTable, figuresTable } from '../lib/tables.ts'
import { check } from '../lib/targets.ts'
import { TARGETS } from '../targets.ts'
import { serve } from './serve.ts'

const HELP = `Usage
  npm run bench:browser                      measure everything in Chromium (3 to 4 minutes), without a window
  npm run bench:browser -- --only NAME       one work; repeatable
  npm run bench:browser -- --quick           fewer entries and rounds: a first impression, not to be quoted
  npm run bench:browser -- --serve           serve the page on loopback, for any browser
  npm run bench:browser -- --serve --port N  at this port, 8095 unless said

Chromium is looked for at /usr/bin/chromium, or where CHROMIUM says.`

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--js-flags=--expose-gc']

/** Runs the page in Chromium. */
async function measure(url: string, quick: boolean, only: readonly string[]): Promise<Report[]> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, headless: true, args: ARGUMENTS })
  try {
    console.log(`Chromium ${browser.version()}\n`)
    const reports: Report[] = []
    const page = await browser.newPage()
    await page.exposeFunction('benchReport', (report: Report) => {
      reports.push(report)
      console.log(figuresTable(figures(report)))
    })
    await page.goto(url)
    if (quick) await page.check('#quick')
    for (const button of only.length > 0 ? only.map((name) => `#${name} + button`) : ['#run']) {
      if ((await page.locator(button).count()) === 0) throw new Error(`the page has no ${button}`)
      await page.click(button)
      await page.locator('#run:enabled').waitFor({ timeout: 0 })
      const said = await page.locator('#status').textContent()
      if (!said?.startsWith('Done')) throw new Error(said ?? 'the page said nothing')
    }
    return reports
  } finally {
    await browser.close()
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      serve: { type: 'boolean', default: false },
      port: { type: 'string', default: '8095' },
    },
  })
  if (values.help) return console.log(HELP)
  ensureBundle()
  const { server, url } = await serve(values.serve ? wholeNumber('--port', values.port) : 0)
  if (values.serve) return console.log(`Open ${url}`)
  try {
    const { quick, only } = values
    console.log(checksTable(check(await measure(url, quick, only), TARGETS)))
  } finally {
    server.close()
  }
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
