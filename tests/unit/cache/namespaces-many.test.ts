import { describe, expect, it } from 'vitest'
import { makeCache } from './fixture.ts'

describe('getOrSetMany of a namespace', () => {
  it('calls keys as the namespace does, and keeps them apart from those of others', async () => {
    const { cache } = makeCache()
    const region = cache.region<string>('live')
    const tenant = region.namespace('t')
    await region.set('a', 'ours')
    const asked: (readonly string[])[] = []
    const load = async (missing: readonly string[]) => {
      asked.push(missing)
      return new Map(missing.map((key) => [key, key === 'c' ? new Error('no c') : `made ${key}`]))
    }
    const made = await tenant.getOrSetMany(['a', 'b', 'c'], load, { tags: ['x'] })
    expect([...made]).toEqual([
      ['a', 'made a'],
      ['b', 'made b'],
    ])
    expect(made.errors).toEqual(new Map([['c', new Error('no c')]]))
    expect(asked).toEqual([['a', 'b', 'c']])
    expect(await region.get('a')).toBe('ours')
    await tenant.deleteByTag('x')
    expect(await tenant.has('a')).toBe(false)
    await tenant.getOrSetMany(['a'], load)
    await tenant.clear()
    expect(await tenant.get('a')).toBeUndefined()
  })
})
