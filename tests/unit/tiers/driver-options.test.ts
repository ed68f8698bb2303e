import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cacheApiDriver } from '../../../js/tiers/cache-api.ts'
import { cloudflareKvDriver } from '../../../js/tiers/cloudflare-kv.ts'
import { denoKvDriver } from '../../../js/tiers/deno-kv.ts'
import type { Driver } from '../../../js/tiers/driver.ts'
import { indexedDbDriver } from '../../../js/tiers/indexeddb.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'
import { redisDriver } from '../../../js/tiers/redis/index.ts'
import { sqliteDriver } from '../../../js/tiers/sqlite.ts'
import { unstorageDriver } from '../../../js/tiers/unstorage.ts'
import { upstashDriver } from '../../../js/tiers/upstash.ts'

const nothing = async () => null
const storage = { getItemRaw: nothing, setItemRaw: nothing, removeItem: nothing, getKeys: async () => [] }
const store = { get: nothing, list: nothing, put: nothing, set: nothing, delete: nothing } as never
const access = { url: 'https://h', token: 't' }

/** Each driver with options beside what it cannot do without. */
const DRIVERS: Readonly<Record<string, (options?: object | null) => Driver>> = {
  upstashDriver: (options) => upstashDriver(options === null ? (options as never) : { ...access, ...options }),
  indexedDbDriver: (options) => indexedDbDriver(options as object),
  cacheApiDriver: (options) => cacheApiDriver(options as object),
  cloudflareKvDriver: (options) => cloudflareKvDriver(store, options as object),
  unstorageDriver: (options) => unstorageDriver(storage, options as object),
  denoKvDriver: (options) => denoKvDriver(store, options as object),
  redisDriver: (options) => redisDriver('redis://h', options as object),
  memoryDriver: (options) => memoryDriver(options as object),
  sqliteDriver: (options) => sqliteDriver('x.db', options as object),
}

const refusal = (message: string) => expect.objectContaining({ code: 'INVALID_OPTION', message })

describe('options of drivers', () => {
  // What two of them look for before anything else; nothing of it is used.
  beforeEach(() => {
    vi.stubGlobal('indexedDB', {})
    vi.stubGlobal('caches', {})
  })
  afterEach(() => void vi.unstubAllGlobals())

  it.each(Object.entries(DRIVERS))('%s says which one a misspelt one is meant to be', (name, driver) => {
    const message = `clok is not an option of ${name}; did you mean 'clock'?`
    expect(() => driver({ clok: {} })).toThrow(refusal(message))
  })

  it.each(Object.entries(DRIVERS))('%s takes `undefined` for what is not given', (_, driver) => {
    expect(() => driver({ clok: undefined, clock: undefined })).not.toThrow()
    expect(() => driver(undefined)).not.toThrow()
  })

  it.each(Object.entries(DRIVERS))('%s tells of null what it takes', (name, driver) => {
    expect(() => driver(null)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`what ${name} was given is null; allowed: an object with `),
      }),
    )
  })

  it('of Redis over HTTP are not to be left out', () => {
    const message = 'what upstashDriver was given is undefined; allowed: an object with url, token, '
    expect(() => (upstashDriver as () => Driver)()).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
    expect(() => (upstashDriver as () => Driver)()).toThrow(message)
  })

  it.each([
    ['upstashDriver', 'requestTimeout'],
    ['indexedDbDriver', 'sweepInterval'],
    ['indexedDbDriver', 'openTimeout'],
    ['redisDriver', 'connectTimeout'],
    ['redisDriver', 'socketTimeout'],
    ['redisDriver', 'connectPatience'],
    ['sqliteDriver', 'busyTimeout'],
    ['sqliteDriver', 'sweepInterval'],
  ])('%s takes %s as a number of ms alone', (name, option) => {
    const message = (value: string) => `${option} is ${value}; allowed: a number of ms above 0`
    expect(() => DRIVERS[name]?.({ [option]: '1m' })).toThrow(refusal(message("'1m'")))
    expect(() => DRIVERS[name]?.({ [option]: 0 })).toThrow(refusal(message('0')))
    expect(() => DRIVERS[name]?.({ [option]: 1 })).not.toThrow()
  })
})
