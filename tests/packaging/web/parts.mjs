// @ts-check
/** What cells with pages are made of. */

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PROGRAMS } from './browsers/programs.mjs'

/** @typedef {import('../../../scripts/lib/cells.mjs').Bench} Bench */
/** @typedef {import('../../../scripts/lib/cells.mjs').Cell} Cell */
/** @typedef {keyof typeof PROGRAMS} BrowserName */

/** What each takes of the system. */
export const NEEDS = /** @type {const} */ ({
  chromium: ['chromium'],
  firefox: ['firefox'],
  webkit: ['webkit', 'display'],
})

export const NAMES = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' }

/** What such a project has of the repository's own packages: the clients, so that a bundler could take them. */
export const OWN = ['esbuild', 'idb', 'ioredis', 'playwright-core', 'redis', '@redis']

const BROWSE = fileURLToPath(new URL('browse.mjs', import.meta.url))

/** The version of an installed package. @param {Bench} t @param {string} name */
export function packageVersion(t, name) {
  const manifest = t.installed(`${name}/package.json`)
  return manifest && /** @type {string} */ (JSON.parse(readFileSync(manifest, 'utf8')).version)
}

/** The driver of WebKit knows no `--version`: the browser is asked. @param {Bench} t @param {BrowserName} browser */
function browserVersion(t, browser) {
  if (browser === 'webkit') return t.exec(process.execPath, [BROWSE, 'version', browser])
  return t.exec(/** @type {string} */ (PROGRAMS[browser]()), ['--version'])
}

/**
 * The version of a browser, with those of packages that it takes too.
 *
 * @param {Bench} t
 * @param {BrowserName} browser
 * @param {readonly string[]} packages
 */
export async function versions(t, browser, packages) {
  const others = packages.map((name) => [name, packageVersion(t, name)])
  if (PROGRAMS[browser]() === undefined || others.some(([, version]) => version === undefined)) return undefined
  const [version = ''] = (await browserVersion(t, browser)).match(/\d+(\.\d+)+/) ?? []
  return [version, ...others.map((words) => words.join(' '))].join(', ')
}

/**
 * Something done with the page in a browser, as one bundler built it.
 *
 * @param {object} cell
 * @param {string} cell.id
 * @param {string} cell.what
 * @param {BrowserName} cell.browser
 * @param {string} cell.scenario
 * @param {string} cell.bundler
 * @param {string} [cell.bundlerPackage]
 * @param {boolean} [cell.quick]
 * @returns {Cell}
 */
export function inBrowser({ id, what, browser, scenario, bundler, bundlerPackage = bundler, quick = false }) {
  return {
    id,
    runtime: NAMES[browser],
    what,
    needs: NEEDS[browser],
    ...(quick ? {} : { full: true }),
    version: (t) => versions(t, browser, browser === 'firefox' ? [bundlerPackage, 'puppeteer-core'] : [bundlerPackage]),
    run: async (t) => {
      const site = join(t.folder, 'site')
      await t.check(process.execPath, ['builds.mjs', bundler, site])
      await t.check(process.execPath, ['browse.mjs', scenario, browser, site])
    },
  }
}

const WORK = 'all work, IndexedDB over a reload, a worker; no Redis client, no `node:`'

/**
 * The page as a bundler builds it, in a browser.
 *
 * @param {string} bundler
 * @param {BrowserName} browser
 * @param {{ title: string, bundlerPackage?: string, quick?: boolean }} more
 */
export function built(bundler, browser, { title, ...more }) {
  const what = `built by ${title}: ${WORK}`
  return inBrowser({ id: `${bundler}-${browser}`, what, browser, scenario: 'page', bundler, ...more })
}

/**
 * Puts a program where npm puts those of a project's packages.
 *
 * @param {Bench} t
 * @param {string} folder The project's.
 * @param {string} name
 * @param {string} path `<package>/<file>`
 */
export function command(t, folder, name, path) {
  const bin = join(folder, 'node_modules', '.bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(
    join(bin, name),
    `#!/bin/sh\nexec '${process.execPath}' '${join(t.project, 'node_modules', path)}' "$@"\n`,
  )
  chmodSync(join(bin, name), 0o755)
}
