import { describe, expect, it } from 'vitest'
import { REGION, World } from '../../helpers/processes.ts'
import { envelope, stampAt, textOf } from '../../helpers/stored.ts'

describe('a read of L2', () => {
  it('finds what this and other processes wrote, and nothing else', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'v')
    expect(await a.get('k')).toBe('v')
    expect(await b.get('k')).toBe('v')
    expect(await b.get('other')).toBeUndefined()
    expect(await b.get('k', 'elsewhere')).toBeUndefined()
  })

  it('is one round trip, with the meta key in it', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    a.driver.calls.length = 0
    const found = await a.remote.getMany(REGION, ['k', 'none', 'k'])
    expect(found.map(textOf)).toEqual(['v', undefined, 'v'])
    expect(a.driver.calls).toEqual(['getMany'])
  })

  it('shares a round trip with all others of one tick, whatever their regions', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'in r', 1000, 'r')
    await a.set('k', 'in s', 1000, 's')
    a.driver.calls.length = 0
    const found = await Promise.all([a.get('k', 'r'), a.get('k', 's'), a.get('none', 'r'), a.get('k', 'r')])
    expect(found).toEqual(['in r', 'in s', undefined, 'in r'])
    expect(a.driver.calls).toEqual(['getMany'])
    await a.get('k', 'r')
    expect(a.driver.calls).toHaveLength(2)
  })

  it('makes no call for no keys', async () => {
    const a = new World().process()
    expect(await a.remote.getMany(REGION, [])).toEqual([])
    expect(a.driver.total).toBe(0)
  })

  it('does nothing before the first call', () => {
    const world = new World()
    const a = world.process()
    expect([a.driver.total, world.clock.pending]).toEqual([0, 0])
  })

  it('asks once more where the region was cleared by another process meanwhile', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'old')
    await b.clear()
    await b.set('k', 'new')
    a.driver.calls.length = 0
    expect(await a.get('k')).toBe('new')
    expect(a.driver.calls).toEqual(['getMany', 'getMany'])
    await a.get('k')
    expect(a.driver.calls).toHaveLength(3)
  })

  it('finds nothing where the region is cleared each time it asks: that is no outage', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'old')
    const getMany = a.driver.getMany.bind(a.driver)
    a.driver.getMany = async (...args) => {
      await b.clear()
      return getMany(...args)
    }
    expect(await a.remote.getMany(REGION, ['k', 'none'])).toEqual([undefined, undefined])
  })

  it('asks again only for the regions that were cleared', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'calm', 1000, 'calm')
    await a.set('k', 'old', 1000, 'cleared')
    await b.clear('cleared')
    await b.set('k', 'new', 1000, 'cleared')
    expect(await Promise.all([a.get('k', 'calm'), a.get('k', 'cleared')])).toEqual(['calm', 'new'])
  })

  it('hands on what is too short to be an envelope, so that it can be reported', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    const { token } = await metaOf(world)
    await world.tier.setMany([{ key: `test:${REGION}:${token}:k`, value: new Uint8Array([1, 2, 3]), ttl: 1000 }])
    expect(await a.remote.getMany(REGION, ['k'])).toEqual([new Uint8Array([1, 2, 3])])
  })

  it('learns the stamps that it sees, so that what is written next is newer', async () => {
    const world = new World()
    const [ahead, b] = [world.process({ skew: 600_000 }), world.process()]
    await ahead.set('k', 'from the future')
    await b.get('k')
    expect(await b.set('k', 'later')).toBe('stored')
    expect(await b.get('k')).toBe('later')
  })
})

describe('a region whose meta key is', () => {
  it('lost gets a new token: nothing that was stored comes back', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    await world.tier.deleteMany([`test:${REGION}:generation`])
    expect(await a.get('k')).toBeUndefined()
    expect(await world.process().get('k')).toBeUndefined()
    expect(await a.set('k', 'again')).toBe('stored')
    expect(await world.process().get('k')).toBe('again')
  })

  it('lost and made anew keeps the last clear that a process knows of', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    const early = envelope(b.remote.stamps.next(), 'from before the clear')
    await world.clock.advance(1)
    const { stamp } = await a.clear()
    await world.flush()
    a.driver.break((method) => (method === 'exchangeMany' ? 'fail' : undefined))
    await a.get('k')
    expect((await metaOf(world)).cleared).toEqual(stamp)
    expect(await b.remote.setMany(REGION, [{ key: 'k', envelope: early, ttl: 1000 }])).toEqual(['superseded'])
    expect(await a.get('k')).toBeUndefined()
  })

  it('lost and made anew by a process that knew less is raised by one that knows more', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    const early = envelope(b.remote.stamps.next(), 'from before the clear')
    await world.clock.advance(1)
    const { stamp } = await a.clear()
    await world.flush()
    expect(await b.remote.setMany(REGION, [{ key: 'k', envelope: early, ttl: 1000 }])).toEqual(['stored'])
    expect(await a.get('k')).toBeUndefined()
    await world.clock.advance(100)
    expect((await metaOf(world)).cleared).toEqual(stamp)
    expect(await b.get('k')).toBeUndefined()
    expect(a.remote.status().journal.length).toBe(0)
  })

  it('overwritten with something else is replaced', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    const key = `test:${REGION}:generation`
    const foreign = new Uint8Array(40).fill(0xff)
    await world.tier.setMany([{ key, value: foreign, ttl: 1000 }])
    expect(await a.get('k')).toBeUndefined()
    expect(await a.set('k', 'again')).toBe('stored')
    expect(await world.process().get('k')).toBe('again')
  })

  it('cleared in the far future does not hide what is written now', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    const { meta } = await metaOf(world)
    meta.set(stampAt(world.clock.wall() + 10 * 365 * 86_400_000), 8)
    await world.tier.setMany([{ key: `test:${REGION}:generation`, value: meta, ttl: Number.POSITIVE_INFINITY }])
    expect(await world.process().get('k')).toBe('v')
    expect((await a.clear()).outcome).toBe('stored')
    expect(await world.process().get('k')).toBeUndefined()
  })
})

describe('the meta key', () => {
  it('holds a header, the stamp of the last clear and a random token', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    const before = await metaOf(world)
    expect(before.meta).toHaveLength(40)
    expect([...before.meta.subarray(0, 8)]).toEqual([0x6f, 0x63, 1, 0, 0, 0, 1, 0])
    expect(before.cleared).toEqual(new Uint8Array(16))
    expect(before.token).toMatch(/^[0-9a-f]{16}$/)
    const { stamp } = await a.clear()
    const after = await metaOf(world)
    expect(after.cleared).toEqual(stamp)
    expect(after.token).not.toBe(before.token)
  })
})

async function metaOf(world: World) {
  const [meta] = await world.tier.getMany([`test:${REGION}:generation`])
  if (meta === undefined) throw new Error('there is no meta key')
  return { meta, cleared: meta.slice(8, 24), token: String.fromCharCode(...meta.subarray(24)) }
}
