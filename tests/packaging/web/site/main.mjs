/** The page. A test calls what is in `does`, from outside. */

import * as omnicache from 'omnicache'
import * as testing from 'omnicache/testing'
import { redisIsRefused } from '../refusal.mjs'
import { work } from '../work.mjs'
import { cacheOver, contract, memoryAlone, recall, same, store } from './tier.mjs'
import { told } from './told.mjs'

/** What went wrong behind everybody's back: there must be nothing. */
const problems = []
addEventListener('unhandledrejection', (event) => problems.push(`unhandled: ${event.reason}`))
addEventListener('error', (event) => problems.push(`error: ${event.message}`))
addEventListener('securitypolicyviolation', (event) => problems.push(`forbidden: ${event.violatedDirective}`))

/** The cache of this tab. */
let cache

const does = {
  problems: () => problems.splice(0),
  work: () => work(omnicache, testing),
  redis: () => redisIsRefused(omnicache, 'omnicache/indexeddb'),
  store,
  recall,
  contract,
  memoryAlone,

  /** What the core says where a policy forbids it. */
  refusal() {
    try {
      new omnicache.MemoryCache({ max: 10 }).set('key', 1)
    } catch (error) {
      return `${error.code}: ${error.message}`
    }
    return 'none'
  },

  async open(database) {
    cache = cacheOver(database, { circuit: { maxDelay: '300ms' } })
    same(await cache.ready(), true)
  },
  call: (method, ...args) => cache[method](...args),
  l2: () => cache.status().l2.state,
  bus: () => cache.status().bus.state,

  /** Stores values that cannot be compressed until the browser refuses one; answers what it said. */
  async fill(size, atMost) {
    const refusals = []
    cache.on('error', ({ error }) => refusals.push(`${error.code}, ${error.cause?.name}`))
    for (let n = 0; n < atMost && refusals.length === 0; n++) {
      const value = new Uint8Array(size)
      for (let i = 0; i < size; i += 65_536) crypto.getRandomValues(value.subarray(i, Math.min(i + 65_536, size)))
      same(await cache.set('packed', `fill ${n}`, value), true)
      same((await cache.get('packed', `fill ${n}`)).length, size)
    }
    return refusals[0] ?? 'none'
  },
  /** For a browser whose quota nobody can set. */
  spendQuota() {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('there is no room left', 'QuotaExceededError')
    }
  },

  worker: () => askPort(new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' })),
  sharedWorker: () => askPort(new SharedWorker(atRoot('shared-worker.mjs'), { type: 'module' }).port),
  async serviceWorker() {
    const registration = await navigator.serviceWorker.register(atRoot('service-worker.mjs'))
    await navigator.serviceWorker.ready
    const { port1, port2 } = new MessageChannel()
    registration.active.postMessage('work', [port2])
    return answerOf(port1)
  },
  /** A page of an origin of its own, that may store nothing. */
  async frame() {
    const frame = document.createElement('iframe')
    frame.sandbox.add('allow-scripts')
    frame.src = '/?frame'
    const answer = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data), { once: true }))
    document.body.append(frame)
    return JSON.parse(await answer)
  },
}

/** What no bundler is to look for. @param {string} name */
const atRoot = (name) => new URL(name, location.origin).pathname

/** @param {Worker | MessagePort} port */
function askPort(port) {
  const answer = answerOf(port)
  port.postMessage('work')
  return answer
}

/** @param {Worker | MessagePort} port */
function answerOf(port) {
  return new Promise((resolve, reject) => {
    port.onmessage = ({ data }) => (data.error === undefined ? resolve(data.value) : reject(new Error(data.error)))
    port.onerror = (event) => reject(new Error(`the worker does not start: ${event.message}`))
  })
}

/** Answers as text, since browsers' protocols differ in what they can carry. */
globalThis.ask = async (name, args) => {
  try {
    return JSON.stringify({ value: await does[name](...args) })
  } catch (error) {
    return JSON.stringify({ error: told(error) })
  }
}

/** In the frame there is nobody who could ask: it tells. */
async function tell() {
  const said = []
  for (const name of ['memoryAlone', 'work', 'problems']) said.push(JSON.parse(await globalThis.ask(name, ['frame'])))
  parent.postMessage(JSON.stringify(said), '*')
}

if (location.search === '?frame') tell()
