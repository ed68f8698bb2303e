/** The page with a core that it loads itself: a file beside its scripts, compiled while it arrives. */

import core from 'omnicache/core.wasm?url'
import * as omnicache from 'omnicache/slim'
import * as testing from 'omnicache/testing'
import { told } from '../site/told.mjs'
import { work } from '../work.mjs'

const does = {
  refusal() {
    try {
      new omnicache.MemoryCache({ max: 10 }).set('key', 1)
    } catch (error) {
      return `${error.code}: ${error.message}`
    }
    return 'none'
  },
  init: () => omnicache.init(fetch(core)),
  work: () => work(omnicache, testing),
}

globalThis.ask = async (name, args) => {
  try {
    return JSON.stringify({ value: await does[name](...args) })
  } catch (error) {
    return JSON.stringify({ error: told(error) })
  }
}
