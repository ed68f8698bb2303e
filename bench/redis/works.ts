import { makeKeys, TextMaker } from '../lib/load.ts'
import type { Contender } from '../lib/measure.ts'
import type { Target } from '../lib/targets.ts'
import type { OurPackage } from '../peers/async.ts'
import type { Enter, Work } from '../works/work.ts'
import { BARE, CEILINGS, type Connect, DECODING, OURS_OVER, type RemoteCache, remoteCaches } from './caches.ts'

/** How many keys a batch has. */
const BATCH = 100

/** How many calls are under way at once where they are many. */
const AT_ONCE = 1_000

/** How many bytes a value has. */
const VALUE_LENGTH = 200

/** Carries out `count` operations from the `from`th key on; answers how many values there were. */
type Carry = (cache: RemoteCache, keys: readonly string[], value: string) => Promise<number>

async function getEach(cache: RemoteCache, keys: readonly string[]): Promise<number> {
  let found = 0
  for (const key of keys) if (typeof (await cache.get(key)) === 'string') found++
  return found
}

async function setEach(cache: RemoteCache, keys: readonly string[], value: string): Promise<number> {
  for (const key of keys) await cache.set(key, value)
  return keys.length
}

async function getAtOnce(cache: RemoteCache, keys: readonly string[]): Promise<number> {
  const values = await Promise.all(keys.map((key) => cache.get(key)))
  return values.filter((value) => typeof value === 'string').length
}

async function getBatches(cache: RemoteCache, keys: readonly string[]): Promise<number> {
  let found = 0
  for (let i = 0; i < keys.length; i += BATCH) found += (await cache.getMany(keys.slice(i, i + BATCH))).length
  return found
}

async function getTogether(cache: RemoteCache, keys: readonly string[]): Promise<number> {
  return (await cache.getMany(keys)).length
}

async function setBatches(cache: RemoteCache, keys: readonly string[], value: string): Promise<number> {
  for (let i = 0; i < keys.length; i += BATCH) await cache.setMany(keys.slice(i, i + BATCH), value)
  return keys.length
}

/** What is to be reached beside the same client used barely, which decodes nothing. */
export const REDIS_TARGETS: readonly Target[] = (['ioredis', 'nodeRedis'] as const).flatMap((client) => {
  const pair = { ours: OURS_OVER[client], peer: BARE[client], kind: 'rate' } as const
  return [
    { work: 'get-many', ...pair, limit: 0.8 },
    { work: 'get-at-once', ...pair, limit: 3 },
  ]
})

const READS_OF_MANY = ['get-many', 'get-at-once']
const DECODERS: readonly string[] = Object.values(DECODING)

/** What is done with Redis: every read finds a value, and none is in memory. */
export function redisWorks(our: OurPackage, url: string): Work[] {
  const caches = remoteCaches(our)
  const work = (name: string, title: string, about: string, operations: number, carry: Carry): Work => ({
    name,
    title,
    about,
    against: Object.values(BARE),
    contenders: Object.fromEntries(
      Object.entries(caches)
        .filter(([contender]) => READS_OF_MANY.includes(name) || !DECODERS.includes(contender))
        .map(([contender, connect]) => [contender, enter(connect, contender, operations, carry, url)]),
    ),
  })
  const atOnce = work(
    'get-at-once',
    'A get among 1,000 at once',
    'Calls of one tick, awaited together; of a bare client also one MGET of all keys: what asking alone takes.',
    AT_ONCE,
    getAtOnce,
  )
  const ceilings = Object.fromEntries(
    Object.entries(CEILINGS).map(([name, client]) => [
      name,
      enter(caches[BARE[client]] as Connect, name, AT_ONCE, getTogether, url),
    ]),
  )
  return [
    work('get', 'A get', 'One after the other, each awaited: a round trip.', 200, getEach),
    work('set', 'A set', 'One after the other, each awaited, with a TTL of an hour.', 200, setEach),
    { ...atOnce, contenders: { ...atOnce.contenders, ...ceilings } },
    work(
      'get-many',
      'A key of a batch that is read',
      `In batches of ${BATCH}: MGET for the bare clients.`,
      2_000,
      getBatches,
    ),
    work(
      'set-many',
      'A key of a batch that is written',
      `In batches of ${BATCH}, with a TTL: a pipeline for the bare clients.`,
      2_000,
      setBatches,
    ),
  ]
}

function enter(connect: Connect, contender: string, operations: number, carry: Carry, url: string): Enter {
  return async ({ entries }): Promise<Contender> => {
    const cache = await connect(url)
    const keys = makeKeys(contender.replaceAll(/[^a-zA-Z]/g, '').slice(-12), entries)
    const value = new TextMaker('v', VALUE_LENGTH).make(1)
    await setBatches(cache, keys, value)
    let at = 0
    return {
      operations,
      expected: operations,
      run() {
        if (at + operations > keys.length) at = 0
        const some = keys.slice(at, at + operations)
        at += operations
        return carry(cache, some, value)
      },
    }
  }
}
