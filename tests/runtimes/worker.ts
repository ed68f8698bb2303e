import { type Clock, systemClock } from '../../js/clock.ts'
import { driverFailures, FakeClock } from '../../js/testing/index.ts'
import { cacheApiDriver } from '../../js/tiers/cache-api.ts'
import { cloudflareKvDriver, type KvNamespaceLike } from '../../js/tiers/cloudflare-kv.ts'

/** Cases that a stand-in goes through: here each of 10,000 calls takes a millisecond. */
const LONG = ['getMany and setMany: takes 10,000 keys at once', 'exchangeMany: takes 10,000 entries at once']

/** A Worker's cache cannot tell its keys. */
const BY_PREFIX = [
  'deleting: removes a prefix and nothing beside it',
  'deleting: takes a prefix literally that looks like a pattern',
  'deleting: removes keys in any script by prefix',
]

/** A Worker that puts a tier through the contract, and answers what it does wrong. */
const worker = {
  async fetch(request: Request, env: { KV: KvNamespaceLike }): Promise<Response> {
    const fake = new FakeClock({ wall: Date.now() })
    // Where calls may belong to other requests, waiting for one is looking again and again: in real time.
    const clock: Clock = {
      now: () => fake.now(),
      exact: () => fake.exact(),
      wall: () => fake.wall(),
      after: (ms, callback) => systemClock.after(ms, callback),
    }
    const kv = new URL(request.url).pathname === '/kv'
    const make = () => (kv ? cloudflareKvDriver(env.KV, { clock }) : cacheApiDriver({ clock }))
    const under = async () => ({
      driver: make(),
      elapse: (ms: number) => fake.advance(ms),
      another: async () => make(),
    })
    const failures = await driverFailures(under, kv ? LONG : [...LONG, ...BY_PREFIX])
    return Response.json(failures.map(({ case: name, error }) => `${name}: ${error}`))
  },
}

// biome-ignore lint/style/noDefaultExport: workerd looks for a Worker under that name.
export { worker as default }
