/** The page: runs the works, each contender in a worker, and draws what was measured. */

import { figures } from '../lib/figures.ts'
import type { Report } from '../lib/reports.ts'
import { type Job, jobs, run } from '../lib/run.ts'
import { QUICK, SIZES, USUAL } from '../lib/sizes.ts'
import { byId, drawFigures, drawWork } from './draw.ts'
import { WorkerPort } from './port.ts'
import { browserWorks } from './works.ts'

/** What a program that opened the page may have put there, to be told of each report. */
declare global {
  var benchReport: ((report: Report) => Promise<void>) | undefined
}

const STAGE = { open: () => new WorkerPort(), lanes: navigator.hardwareConcurrency }

const all = jobs(browserWorks, [USUAL])
const quick = byId<HTMLInputElement>('quick')
const status = byId('status')
const buttons: HTMLButtonElement[] = [byId<HTMLButtonElement>('run')]

for (const job of all) {
  const button = drawWork(job.work)
  button.addEventListener('click', () => perform([job]))
  buttons.push(button)
}
byId('run').addEventListener('click', () => perform(all))
status.textContent = `${all.length} works; this browser has ${navigator.hardwareConcurrency} processors.`

async function perform(wanted: readonly Job[]): Promise<void> {
  const size = quick.checked ? QUICK : SIZES[USUAL]
  for (const button of buttons) button.disabled = true
  try {
    for (const [index, job] of wanted.entries()) {
      status.textContent = `${index + 1} of ${wanted.length}: ${job.work.title} …`
      const report = await run(job, size, STAGE)
      drawFigures(figures(report))
      await globalThis.benchReport?.(report)
    }
    status.textContent = 'Done. Less than 1 is faster than the baseline; trust the ratios rather than the times.'
  } catch (error) {
    status.textContent = `It stopped: ${error instanceof Error ? error.message : error}`
  }
  for (const button of buttons) button.disabled = false
}
