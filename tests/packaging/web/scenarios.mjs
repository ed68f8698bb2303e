/** What is done with the page in a browser. Each of these throws where something is wrong. */

import { serve } from './serve.mjs'

/** @typedef {import('./browsers/index.mjs').Kind} Kind */
/** @typedef {import('./browsers/index.mjs').Browser} Browser */

/** WebAssembly, and nothing else that is compiled at run time. */
const STRICT = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
const WITHOUT_WASM = "default-src 'self'; script-src 'self'"

const DATABASE = 'omnicache'

/** @param {unknown} actual @param {unknown} expected @param {string} what */
function same(actual, expected, what) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`)
}

/** @param {string} text @param {string} part @param {string} what */
function names(text, part, what) {
  if (!text.includes(part)) throw new Error(`${what} does not name ${part}: ${text}`)
}

/** Asks until it is so. @param {string} what @param {() => Promise<boolean>} look */
async function until(what, look) {
  for (let turn = 0; !(await look()); turn++) {
    if (turn > 400) throw new Error(`it never came to that ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/**
 * @param {Kind} kind
 * @param {string} site A folder, or the address of a server that runs.
 * @param {{ policy?: string, launch?: import('./browsers/index.mjs').LaunchOptions }} options
 * @param {(browser: Browser, url: string) => Promise<void>} work
 */
async function visit(kind, site, { policy, launch }, work) {
  const server = /^https?:/.test(site) ? { url: site, close() {} } : await serve(site, { policy })
  try {
    const browser = await kind.launch(launch)
    try {
      await work(browser, server.url)
    } finally {
      await browser.close()
    }
  } finally {
    server.close()
  }
}

/** All of the work, what outlives a reload, and a worker; nothing goes wrong unseen. */
async function page(kind, site) {
  // A development server's own scripts want less of a policy.
  const policy = /^https?:/.test(site) ? undefined : STRICT
  await visit(kind, site, { policy }, async (browser, url) => {
    const tab = await browser.open(url)
    await tab.ask('work')
    await tab.ask('redis')
    await tab.ask('store', DATABASE)
    await tab.reload()
    await tab.ask('recall', DATABASE)
    await tab.ask('worker')
    same(await tab.ask('problems'), [], 'problems')
  })
}

/** A policy with the directive that WebAssembly needs, and one without. */
async function policy(kind, site) {
  await visit(kind, site, { policy: STRICT }, async (browser, url) => {
    const tab = await browser.open(url)
    same(await tab.ask('refusal'), 'none', 'with the directive')
    await tab.ask('work')
    same(await tab.ask('problems'), [], 'what the policy forbade')
  })
  await visit(kind, site, { policy: WITHOUT_WASM }, async (browser, url) => {
    const tab = await browser.open(url)
    const refusal = await tab.ask('refusal')
    names(refusal, 'UNSUPPORTED_RUNTIME', 'the error')
    names(refusal, "'wasm-unsafe-eval'", 'the error')
  })
}

/** Everywhere in a browser that there is a program: with a policy, since each of these has its own. */
async function workers(kind, site) {
  await visit(kind, site, { policy: STRICT }, async (browser, url) => {
    const tab = await browser.open(url)
    const steps = await tab.ask('worker')
    same(await tab.ask('sharedWorker'), steps, 'in a shared worker')
    same(await tab.ask('serviceWorker'), steps, 'in a service worker')
    same(await tab.ask('problems'), [], 'problems')
  })
}

/** A page that loads the core itself: before it did, the error says what to call. */
async function slim(kind, site) {
  await visit(kind, site, { policy: STRICT }, async (browser, url) => {
    const tab = await browser.open(url)
    names(await tab.ask('refusal'), '`init`', 'the error')
    await tab.ask('init')
    await tab.ask('work')
  })
}

/** A frame that may store nothing has memory alone, and works. */
async function frame(kind, site) {
  await visit(kind, site, {}, async (browser, url) => {
    const tab = await browser.open(url)
    const [alone, work, problems] = await tab.ask('frame')
    if (alone.error !== undefined) throw new Error(alone.error)
    names(alone.value, 'TIER_UNAVAILABLE', 'what the tier says')
    if (work.error !== undefined) throw new Error(work.error)
    same(problems.value, [], 'problems')
  })
}

/** The tier by the contract of all drivers, and over a reload. */
async function contract(kind, site) {
  await visit(kind, site, {}, async (browser, url) => {
    const tab = await browser.open(url)
    same(await tab.ask('contract', 'contract'), [], 'what the driver does wrong')
    await tab.ask('store', DATABASE)
    await tab.reload()
    await tab.ask('recall', DATABASE)
    same(await tab.ask('problems'), [], 'problems')
  })
}

const TABS = 4

/** Many tabs over one database: what one changes no other keeps in memory, where it would be trusted for an hour. */
async function tabs(kind, site) {
  await visit(kind, site, {}, async (browser, url) => {
    const all = []
    for (let i = 0; i < TABS; i++) all.push(await browser.open(url))
    for (const tab of all) {
      await tab.ask('open', DATABASE)
      await until('the bus is up', async () => (await tab.ask('bus')) === 'up')
    }
    const allSee = async (key, value) => {
      for (const tab of all)
        await until(`all see ${key}`, async () => (await tab.ask('call', 'get', 'live', key)) === value)
    }
    for (const [turn, tab] of all.entries()) {
      await tab.ask('call', 'set', 'live', 'key', turn)
      await allSee('key', turn)
    }
    const [first, second] = all
    await first.ask('call', 'set', 'live', 'tagged', 'by a', { tags: ['a'] })
    await allSee('tagged', 'by a')
    await second.ask('call', 'deleteByTag', 'live', 'a')
    await allSee('tagged', undefined)
    await second.ask('call', 'delete', 'live', 'key')
    await allSee('key', undefined)
    await first.ask('call', 'set', 'live', 'key', 'again')
    await allSee('key', 'again')
    await first.ask('call', 'clear', 'live')
    await allSee('key', undefined)
    for (const tab of all) same(await tab.ask('problems'), [], 'problems')
  })
}

/** A private window: what it stores is there for as long as it is; one that may store nothing has memory. */
async function privately(kind, site) {
  await visit(kind, site, { launch: { storage: 'private' } }, async (browser, url) => {
    const tab = await browser.open(url)
    await tab.ask('store', DATABASE)
    await tab.reload()
    await tab.ask('recall', DATABASE)
    same(await tab.ask('problems'), [], 'problems')
  })
  if (!kind.refuses) return
  await visit(kind, site, { launch: { storage: 'refuses' } }, async (browser, url) => {
    const tab = await browser.open(url)
    names(await tab.ask('memoryAlone', DATABASE), 'TIER_UNAVAILABLE', 'what the tier says')
    same(await tab.ask('problems'), [], 'problems')
  })
}

const MB = 2 ** 20

/** A quota that is spent: each value is stored in memory all the same, and it is told. */
async function quota(kind, site) {
  await visit(kind, site, { launch: { quota: 12 * MB } }, async (browser, url) => {
    const tab = await browser.open(url)
    await tab.ask('open', DATABASE)
    if (!kind.quota) await tab.ask('spendQuota')
    same(await tab.ask('fill', MB, 30), 'TIER_UNAVAILABLE, QuotaExceededError', 'what the tier said')
    same(await tab.ask('call', 'set', 'live', 'small', 1), true, 'a set afterwards')
    same(await tab.ask('call', 'get', 'live', 'small'), 1, 'a get afterwards')
    same(await tab.ask('problems'), [], 'problems')
  })
}

/** @type {Record<string, (kind: Kind, site: string) => Promise<void>>} */
export const SCENARIOS = { page, slim, policy, workers, frame, contract, tabs, private: privately, quota }
