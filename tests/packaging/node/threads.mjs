/** The package in several threads at once, each with a core of its own; one is ended in the middle of its work. */

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import * as omnicache from 'omnicache'
import * as testing from 'omnicache/testing'
import { work } from './work.mjs'

if (isMainThread) await main()
else if (workerData === 'work') parentPort.postMessage(await work(omnicache, testing))
else busy()

async function main() {
  const steps = await Promise.all([start('work'), start('work'), work(omnicache, testing)])
  if (new Set(steps).size !== 1) throw new Error(`not all did the same: ${steps}`)

  const doomed = new Worker(new URL(import.meta.url), { workerData: 'busy' })
  await new Promise((resolve) => doomed.once('message', resolve))
  await doomed.terminate()
  await work(omnicache, testing)

  // What is taken out of a cache can be handed to another thread.
  const cache = new omnicache.MemoryCache({ max: 1, store: 'packed' })
  cache.set('key', { bytes: new Uint8Array(1000), map: new Map([['a', 1n]]) })
  const copy = structuredClone(cache.get('key'))
  if (copy.bytes.length !== 1000 || copy.map.get('a') !== 1n) throw new Error('it was not handed over')
  console.log('ok')
}

/** @param {string} what */
function start(what) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: what })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error('it ended without a word')))
  })
}

/** Writes for as long as it lives. */
async function busy() {
  const cache = new omnicache.CacheManager()
  for (let i = 0; ; i++) {
    await cache.set('article_content', `key-${i % 1000}`, 'text '.repeat(1000))
    if (i === 100) parentPort.postMessage('under way')
  }
}
