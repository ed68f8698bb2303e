/** A program whose last statement awaits one call, while nothing else keeps the process alive: `last-call.ts <name>`. */

import { CacheManager } from '../../../js/cache/manager.ts'
import type { GetOrSetOptions } from '../../../js/cache/types.ts'
import { ChaosDriver, type DriverFault } from '../../../js/testing/chaos-driver.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'

/** How long L2 is away where it comes back, in ms. */
const OUTAGE = 300

const driver = new ChaosDriver(memoryDriver({ shared: true }))
const cache = new CacheManager({
  l2: driver,
  bus: false,
  encryption: { keys: 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=' },
  timeouts: { close: 300 },
})
const never = () => new Promise<string>(() => undefined)

async function made(options: GetOrSetOptions): Promise<string> {
  await cache.set('metrics', 'k', 'stale', { ttl: 1, grace: '1h' })
  await new Promise((resolve) => setTimeout(resolve, 5))
  return cache.getOrSet('metrics', 'k', never, options).catch((error) => error.code)
}

/** What another process has, which never gives it up. */
async function locked(): Promise<string> {
  driver.lock = async () => false
  return cache.getOrSet('metrics', 'locked', () => 'made', { lockTimeout: 200 })
}

const calls: Readonly<Record<string, () => Promise<unknown>>> = {
  ready: () => cache.ready(300),
  set: () => cache.set('metrics', 'k', 1),
  get: () => cache.get('metrics', 'k'),
  delete: () => cache.delete('metrics', 'k'),
  lateClose: () => {
    driver.close = () => new Promise(() => undefined)
    return cache.close()
  },
  close: async () => {
    await cache.set('metrics', 'k', 1)
    return cache.close()
  },
  rekey: () => {
    const until = performance.now() + OUTAGE
    driver.break(() => (performance.now() < until ? 'fail' : undefined))
    return cache.rekey('user_preferences')
  },
  softTimeout: () => made({ grace: '1h', softTimeout: 200 }),
  hardTimeout: () => made({ hardTimeout: 200 }),
  lockTimeout: locked,
}

const [name = '', fault = ''] = process.argv.slice(2)
if (fault !== '') driver.break(fault as DriverFault)
const answer = await calls[name]?.()
console.log(JSON.stringify(answer ?? null))
