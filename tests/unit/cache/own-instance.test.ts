import { afterEach, describe, expect, it, vi } from 'vitest'
import { Core } from '../../../js/core/core.ts'
import { makeCache, record } from './fixture.ts'

const REGIONS = {
  large: { store: 'packed', maxBytes: '64MB' },
  small: { store: 'packed', maxBytes: '32MB' },
} as const

afterEach(() => {
  vi.restoreAllMocks()
})

/** A cache with a large packed region that holds an entry, and the instances that were made for it alone. */
async function makeLarge() {
  const create = vi.spyOn(Core, 'create')
  const { cache } = makeCache({ regions: REGIONS })
  await cache.set('small', 'a', 'small')
  const before = create.mock.results.length
  await cache.set('large', 'a', 'large')
  const made = () => create.mock.results.slice(before).map(({ value }) => value as Core)
  return { cache, made }
}

describe('a packed region of 64 MB', () => {
  it('has an instance of the core that no other region uses', async () => {
    const { cache, made } = await makeLarge()
    expect(made()).toHaveLength(1)
    expect(made()[0]).not.toBe(Core.shared())
    expect(await cache.get('large', 'a')).toBe('large')
  })

  it('gets another one when it is cleared', async () => {
    const { cache, made } = await makeLarge()
    expect(await cache.clear('large')).toBe(1)
    expect(made()).toHaveLength(2)
    expect(await cache.get('large', 'a')).toBeUndefined()
    await cache.set('large', 'b', 2)
    expect(await cache.get('large', 'b')).toBe(2)
    expect(await cache.get('small', 'a')).toBe('small')
  })

  it('is empty after a trap, and alone so', async () => {
    const { cache, made } = await makeLarge()
    const restarts = record(cache, 'restart')
    await cache.set('live', 'a', 'live')
    const { glue } = made()[0] as Core
    vi.spyOn(glue.PackedCore.prototype, 'get').mockImplementationOnce(() => {
      throw new WebAssembly.RuntimeError('unreachable')
    })
    expect(await cache.get('large', 'a')).toBeUndefined()
    expect(restarts).toHaveLength(1)
    await cache.set('large', 'a', 'again')
    expect(await cache.get('large', 'a')).toBe('again')
    expect([await cache.get('small', 'a'), await cache.get('live', 'a')]).toEqual(['small', 'live'])
  })
})
