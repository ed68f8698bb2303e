/** One process of several that want the same value, at its parent's orders. */

import { CacheManager } from '../../../js/cache/manager.ts'
import { delay } from '../../helpers/delay.ts'

/** Asks for `key` so often at once; the factory takes `ms`. */
export interface Order {
  readonly key: string
  readonly calls: number
  readonly ms: number
}

/** What all calls answered, each value once, and how often the factory of this process ran. */
export interface Report {
  readonly values: readonly string[]
  readonly runs: number
}

const [url = '', lockTimeout = ''] = process.argv.slice(2)
const cache: CacheManager = new CacheManager({
  redis: url,
  regions: { r: { ttl: '5m', lockTimeout: Number(lockTimeout) } },
})

async function carryOut({ key, calls, ms }: Order): Promise<Report> {
  let runs = 0
  const factory = async () => {
    runs++
    await delay(ms)
    return `made by ${process.pid}`
  }
  const values = await Promise.all(Array.from({ length: calls }, () => cache.getOrSet('r', key, factory)))
  return { values: [...new Set(values)], runs }
}

process.on('message', async (order: Order | 'close') => {
  if (order !== 'close') process.send?.(await carryOut(order))
  else {
    await cache.close()
    process.disconnect()
  }
})
await cache.ready()
process.send?.('ready')
