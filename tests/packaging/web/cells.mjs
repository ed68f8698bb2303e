// @ts-check
/** Pages in browsers, and Vite. */

import { built, command, inBrowser, NAMES, NEEDS, OWN, versions } from './parts.mjs'

/** @typedef {import('../../../scripts/lib/cells.mjs').Cell} Cell */
/** @typedef {import('./parts.mjs').BrowserName} BrowserName */

const BROWSERS = /** @type {BrowserName[]} */ (Object.keys(NAMES))

/** What is done in each browser, with a page that esbuild built. */
const SCENARIOS = [
  {
    scenario: 'policy',
    quick: true,
    what: "a policy with `'wasm-unsafe-eval'`; one without, and the error that names it",
  },
  { scenario: 'workers', quick: true, what: 'a worker, a shared worker and a service worker, under a policy' },
  { scenario: 'frame', quick: true, what: 'a frame that may store nothing: memory serves' },
  { scenario: 'contract', what: 'the tier in IndexedDB: the contract of all drivers, a reload' },
  { scenario: 'tabs', what: 'four tabs over one IndexedDB: what one changes all see, by BroadcastChannel' },
  { scenario: 'private', what: 'a private window' },
  { scenario: 'quota', what: 'a quota that is spent: memory serves' },
]

/** Where it is not as it is elsewhere. @type {Record<string, string>} */
const DIFFERENCES = {
  'private-firefox': 'a private window; one whose IndexedDB refuses: memory serves',
  'quota-webkit': 'the error of a spent quota, which the page makes: memory serves',
}

/** @type {Cell[]} */
const inEach = SCENARIOS.flatMap(({ scenario, what, quick = false }) =>
  BROWSERS.map((browser) => {
    const id = `${scenario}-${browser}`
    const more = { id, what: DIFFERENCES[id] ?? what, quick: quick && browser === 'chromium' }
    return inBrowser({ scenario, browser, bundler: 'esbuild', ...more })
  }),
)

const slim = inBrowser({
  id: 'vite-slim',
  what: '`omnicache/slim` built by Vite, with its core as a file: all work, under a policy',
  browser: 'chromium',
  scenario: 'slim',
  bundler: 'vite-slim',
  bundlerPackage: 'vite',
})

/** @type {Cell} */
const dev = {
  id: 'vite-dev',
  runtime: NAMES.chromium,
  what: "served by Vite while it is written: the same as Vite's build",
  needs: NEEDS.chromium,
  full: true,
  version: (t) => versions(t, 'chromium', ['vite']),
  run: (t) => t.check(process.execPath, ['vite-server.mjs', 'dev', t.folder, 'chromium']),
}

/** @type {Cell} */
const ssr = {
  id: 'vite-ssr',
  runtime: 'Node',
  what: 'rendered on a server by Vite: built, built with all packages inside, and while it is written',
  full: true,
  version: async (t) => {
    const vite = t.installed('vite/package.json')
    return vite && process.version
  },
  run: (t) => t.check(process.execPath, ['vite-server.mjs', 'ssr', t.folder]),
}

/** @type {Cell} */
const example = {
  id: 'example-vite',
  runtime: NAMES.chromium,
  what: 'the example [vite](../examples/vite), by its one command',
  needs: NEEDS.chromium,
  full: true,
  version: (t) => versions(t, 'chromium', ['vite']),
  run: (t) => {
    const folder = t.example('vite', [])
    command(t, folder, 'vite', 'vite/bin/vite.js')
    return t.check(process.execPath, ['example.mjs', folder])
  },
}

/** @type {import('../../../scripts/lib/cells.mjs').Group} */
export const web = {
  id: 'web',
  title: 'Browsers',
  own: OWN,
  examples: ['vite'],
  cells: [
    ...BROWSERS.map((browser) => built('esbuild', browser, { title: 'esbuild', quick: browser === 'chromium' })),
    ...BROWSERS.map((browser) => built('vite', browser, { title: 'Vite', quick: browser === 'chromium' })),
    slim,
    dev,
    ssr,
    ...inEach,
    example,
  ],
}
