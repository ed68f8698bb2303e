/** What the ways to drive a browser have in common. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How long a page may take to load, or to answer, in ms. */
export const PATIENCE = 120_000

/** How long the page's program may take to run once the page is loaded, in ms. */
const START = 30_000

/** A folder for a browser's files, and what removes it. */
export async function makeProfile() {
  const folder = await mkdtemp(join(tmpdir(), 'omnicache-profile-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 10 }) }
}

/** Whether a page has loaded its program, run in the page. */
export const isReady = () => typeof globalThis.ask === 'function'

/** Asks a page, run in the page. */
export const askPage = ([name, args]) => globalThis.ask(name, args)

/**
 * A tab, out of what a browser can do.
 *
 * @param {object} can
 * @param {(script: Function, given?: unknown) => Promise<any>} can.run Runs a function in the page; it takes and answers JSON.
 * @param {() => Promise<void>} can.reload
 * @param {() => Promise<void>} can.close
 * @returns {Promise<import('./index.mjs').Tab>}
 */
export async function makeTab({ run, reload, close }) {
  const loaded = async () => {
    const end = performance.now() + START
    while (!(await run(isReady))) {
      if (performance.now() > end) throw new Error('the page does not load its program')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  await loaded()
  return {
    async ask(name, ...args) {
      const { value, error } = JSON.parse(await run(askPage, [name, args]))
      if (error !== undefined) throw new Error(`${name}: ${error}`)
      return value
    },
    async reload() {
      await reload()
      await loaded()
    },
    close,
  }
}
