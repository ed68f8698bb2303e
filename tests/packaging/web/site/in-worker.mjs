/** What a worker does when it is asked. */

import * as omnicache from 'omnicache'
import * as testing from 'omnicache/testing'
import { work } from '../work.mjs'
import { recall, store } from './tier.mjs'
import { told } from './told.mjs'

/** @param {{ postMessage(answer: object): void }} port Where the answer goes. */
export async function answer(port) {
  try {
    const steps = await work(omnicache, testing)
    const database = `worker ${Math.random()}`
    await store(database)
    await recall(database)
    port.postMessage({ value: steps })
  } catch (error) {
    port.postMessage({ error: told(error) })
  }
}
