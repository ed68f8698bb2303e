import { describe, expect, it } from 'vitest'
import { REGION, World } from '../../helpers/processes.ts'
import { envelope, textOf } from '../../helpers/stored.ts'

describe('a clear in L2', () => {
  it('empties the region for all, and no other region', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'v')
    await a.set('k', 'v', 1000, 'other')
    await b.clear()
    expect([await a.get('k'), await b.get('k')]).toEqual([undefined, undefined])
    expect(await b.get('k', 'other')).toBe('v')
  })

  it('removes the old generation in the background', async () => {
    const world = new World()
    const a = world.process()
    for (let i = 0; i < 20; i++) await a.set(`k${i}`, 'v')
    await a.clear()
    await world.clock.settle()
    expect(a.driver.calls.filter((name) => name === 'deletePrefix')).toHaveLength(1)
    expect(await world.flush()).toBe(1)
  })

  it('clears also what was stamped by a clock that runs ahead', async () => {
    const world = new World()
    const [ahead, b] = [world.process({ skew: 600_000 }), world.process()]
    await ahead.set('k', 'from the future')
    await ahead.clear()
    await ahead.set('k', 'from the future again')
    const { outcome } = await b.clear()
    expect(outcome).toBe('stored')
    expect(await ahead.get('k')).toBeUndefined()
    expect(await b.set('k', 'after')).toBe('stored')
    expect(await ahead.get('k')).toBe('after')
  })

  it('answers the stamp under which it is stored', async () => {
    const world = new World()
    const [ahead, b] = [world.process({ skew: 600_000 }), world.process()]
    await ahead.clear()
    const asked = b.remote.stamps.next()
    const { stamp } = await b.remote.clear(REGION, asked)
    expect(stamp).not.toEqual(asked)
    const [meta] = await world.tier.getMany([`test:${REGION}:generation`])
    expect(meta?.subarray(8, 24)).toEqual(stamp)
  })

  it('does not take along what is written right after it was called', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'before')
    a.driver.break(10)
    const clearing = a.clear()
    const writing = a.set('k', 'after')
    const committing = a.remote.commit(REGION, [
      { key: 'l', envelope: envelope(a.remote.stamps.next(), 'after'), ttl: 1000 },
    ])
    await world.clock.advance(200)
    expect([(await clearing).outcome, await writing, (await committing).outcome]).toEqual([
      'stored',
      'stored',
      'committed',
    ])
    a.driver.heal()
    expect([await a.get('k'), await a.get('l')]).toEqual(['after', 'after'])
  })

  it('is not sent to a tier that hangs: it could arrive late and take newer values along', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await b.set('old', 'v')
    await a.get('old')
    a.driver.break('late')
    expect((await world.during(250, a.clear())).outcome).toBe('journaled')
    await world.clock.advance(1)
    await b.set('new', 'v')
    a.driver.release()
    a.driver.heal()
    await world.clock.advance(6000)
    expect(await b.get('new')).toBe('v')
    expect(await b.get('old')).toBeUndefined()
    expect(await a.get('new')).toBe('v')
  })

  it('that the network holds back until nobody waits for it takes nothing along that is newer', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'old')
    await b.get('k')
    const older = envelope(b.remote.stamps.next(), 'older than the deletion')
    a.driver.breakOnce('exchangeMany', 'late')
    expect(await world.during(250, a.clear())).toMatchObject({ outcome: 'journaled' })
    await world.clock.advance(5_000)
    await b.set('other', 'newer')
    await b.delete('k')
    a.driver.release()
    await world.clock.advance(15_000)
    expect(await b.get('other')).toBe('newer')
    expect(await b.remote.setMany(REGION, [{ key: 'k', envelope: older, ttl: 1000 }])).toEqual(['superseded'])
  })

  it('supersedes what waits in the journal', async () => {
    const world = new World()
    const a = world.process()
    await a.get('k')
    a.driver.breakOnce('exchangeMany', 'fail')
    await a.set('k', 'waits')
    a.driver.breakOnce('exchangeMany', 'hang')
    await world.clock.advance(100)
    expect(a.remote.status().journal.length).toBe(1)
    expect((await a.clear()).outcome).toBe('stored')
    expect(a.remote.status().journal.length).toBe(0)
    await world.clock.advance(6000)
    expect(await world.process().get('k')).toBeUndefined()
  })

  it('spares a generation that has become valid again', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    const [metaBefore] = await world.tier.getMany([`test:${REGION}:generation`])
    if (metaBefore === undefined) throw new Error('there is no meta key')
    let reaping: AbortSignal | undefined
    a.driver.deletePrefix = (_, signal) => {
      reaping = signal
      return new Promise(() => undefined)
    }
    await a.clear()
    await a.get('k')
    expect(reaping?.aborted).toBe(false)
    await world.clock.advance(1)
    metaBefore.set(a.remote.stamps.next(), 8)
    await world.tier.setMany([{ key: `test:${REGION}:generation`, value: metaBefore, ttl: Number.POSITIVE_INFINITY }])
    await a.get('k')
    expect(reaping?.aborted).toBe(true)
  })

  it('never reaps the generation that is valid: a clear by another process may have kept its token', async () => {
    const world = new World()
    const [a, b] = [world.process(), world.process()]
    await a.set('k', 'v')
    await b.get('k')
    const [meta] = await world.tier.getMany([`test:${REGION}:generation`])
    if (meta === undefined) throw new Error('there is no meta key')
    const asked = a.remote.stamps.next()
    await world.clock.advance(1)
    meta.set(b.remote.stamps.next(), 8)
    const exchangeMany = a.driver.exchangeMany.bind(a.driver)
    a.driver.exchangeMany = async (entries, onlyNewer, guard) => {
      await world.tier.setMany([{ key: `test:${REGION}:generation`, value: meta, ttl: Number.POSITIVE_INFINITY }])
      return exchangeMany(entries, onlyNewer, guard)
    }
    expect((await a.remote.clear(REGION, asked)).outcome).toBe('stored')
    await world.clock.settle()
    expect(a.driver.calls).not.toContain('deletePrefix')
  })

  it('is told of a failure to reap, which changes nothing', async () => {
    const world = new World()
    const a = world.process()
    await a.set('k', 'v')
    a.driver.breakOnce('deletePrefix', 'fail')
    expect((await a.clear()).outcome).toBe('stored')
    await world.clock.settle()
    expect(a.eventsOf('error')).toMatchObject([{ operation: 'reap' }])
    expect(a.remote.available).toBe(true)
    const found = await a.remote.getMany(REGION, ['k'])
    expect(found.map(textOf)).toEqual([undefined])
  })
})
