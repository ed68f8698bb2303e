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

describe('a namespace that is asked for again', () => {
  it('shares what is under way with the one before, however many others there are', async () => {
    const { cache, clock } = makeCache()
    const region = cache.region<string>('live')
    const wait = () => new Promise<void>((resolve) => clock.after(10, resolve))
    const order: string[] = []
    const made = region.namespace('t').getOrSet('k', async () => {
      await wait()
      return 'made once'
    })
    const commit = (name: string) =>
      region.namespace('t').transaction(async (transaction) => {
        await transaction.set('c', name)
        order.push(name)
      })
    for (let i = 0; i <= 10_000; i++) region.namespace(`n${i}`)
    const joined = region.namespace('t').getOrSet('k', () => 'made twice')
    const commits = [commit('first'), commit('second')]
    await clock.advance(10)
    expect([await made, await joined]).toEqual(['made once', 'made once'])
    await Promise.all(commits)
    expect(await region.namespace('t').get('c')).toBe(order.at(-1))
  })
})
