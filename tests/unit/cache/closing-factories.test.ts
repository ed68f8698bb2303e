import { expect, it } from 'vitest'
import type { GetOrSetOptions } from '../../../js/cache/types.ts'
import { deferred, expectError, KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

const OPTIONS: readonly GetOrSetOptions[] = [{}, { tags: ['t'] }, { grace: '1h' }]
const TIERS = { 'memory alone': () => makeCache().cache, 'an L2': () => new SharedTier().process().cache }
const CASES = KIND_NAMES.flatMap((kind) => Object.entries(TIERS).map(([tier, make]) => [kind, tier, make] as const))

it.each(CASES)('a factory that runs when the cache is closed answers its caller (%s, %s)', async (kind, _, make) => {
  const cache = make()
  const made = deferred<string>()
  const begun: Promise<void>[] = []
  const calls = OPTIONS.map((options, i) => {
    const running = deferred()
    begun.push(running.promise)
    const factory = async ({ setOptions }: { setOptions(options: { tags: string[] }): void }) => {
      running.resolve()
      const value = await made.promise
      if (i === 0) setOptions({ tags: ['late'] })
      return value
    }
    return cache.getOrSet(kind, `k${i}`, factory, options)
  })
  const failing = cache.getOrSet(kind, 'failing', () => made.promise.then(() => Promise.reject(new Error('no source'))))
  await Promise.all(begun)
  await cache.close()
  made.resolve('made')
  expect(await Promise.all(calls)).toEqual(OPTIONS.map(() => 'made'))
  await expect(failing).rejects.toThrow('no source')
  await expectError(() => cache.getOrSet(kind, 'k', () => 'late'), 'CLOSED')
})
