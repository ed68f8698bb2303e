import { describe, expect, it, vi } from 'vitest'
import type { ChaosDriver, DriverMethod } from '../../../js/testing/chaos-driver.ts'
import { deferred, makeCache, SharedTier } from './fixture.ts'

const REGIONS = { s: { ttl: '1m', grace: '1h', l1: { ttl: '1h' } } } as const
const REFUSE = () => {
  throw new Error('the origin is down')
}

async function world() {
  const tier = new SharedTier()
  const here = tier.process({ regions: REGIONS, bus: false })
  const there = tier.process({ regions: REGIONS, bus: false })
  const region = here.cache.region<string>('s')
  const other = there.cache.region<string>('s')
  await region.set('k', 'old')
  return { tier, region, other, ...here }
}

/** Delays the next call of `method` by this many ms. */
function delay(driver: ChaosDriver, method: DriverMethod, ms: number): void {
  driver.breakOnce(method, ms)
}

describe.each(['touch', 'expire'] as const)('%s, while its write is on its way to L2', (call) => {
  const run = (region: Awaited<ReturnType<typeof world>>['region']) =>
    call === 'touch' ? region.touch('k', '2m') : region.expire('k')

  it('loses no value that is set meanwhile and stays out of L2', async () => {
    const { tier, region, other, driver } = await world()
    delay(driver, 'exchangeMany', 20)
    const retimed = run(region)
    await tier.clock.advance(1)
    await other.set('k', 'theirs')
    await region.set('k', 'own', { l2: { skip: true } })
    expect(await tier.during(50, retimed)).toBe(true)
    expect(await region.get('k')).toBe('own')
  })

  it('keeps what is set meanwhile, here and in L2', async () => {
    const { tier, region, other, driver } = await world()
    delay(driver, 'exchangeMany', 20)
    const retimed = run(region)
    await tier.clock.advance(1)
    const set = region.set('k', 'new')
    expect(await tier.during(50, retimed)).toBe(true)
    await tier.during(50, set)
    expect(await region.getEntry('k')).toMatchObject({ value: 'new', stale: false })
    expect(await other.get('k')).toBe('new')
  })

  it('brings nothing back that is deleted meanwhile', async () => {
    const { tier, region, other, driver } = await world()
    delay(driver, 'exchangeMany', 20)
    const retimed = run(region)
    await tier.clock.advance(1)
    const deleted = region.delete('k')
    expect(await tier.during(50, retimed)).toBe(true)
    await tier.during(50, deleted)
    expect(await region.getEntry('k')).toMatchObject({ hit: false })
    expect(await other.getEntry('k')).toMatchObject({ hit: false })
  })
})

describe('expire', () => {
  it('is not lost where another process touches the entry at the same time', async () => {
    const { tier, region, other, driver } = await world()
    delay(driver, 'exchangeMany', 20)
    const expired = region.expire('k')
    await tier.clock.advance(1)
    expect(await other.touch('k', '10m')).toBe(true)
    expect(await tier.during(50, expired)).toBe(true)
    expect(await region.getEntry('k')).toMatchObject({ value: 'old', stale: true })
    const third = tier.process({ regions: REGIONS, bus: false }).cache.region('s')
    expect(await third.getEntry('k')).toMatchObject({ value: 'old', stale: true })
  })

  it('and touch of one process take their turns', async () => {
    const { region, other } = await world()
    expect(await Promise.all([region.touch('k', '10m'), region.expire('k'), region.touch('k', '20m')])).toEqual([
      true,
      true,
      false,
    ])
    expect(await region.getEntry('k')).toMatchObject({ stale: true })
    expect(await other.getEntry('k')).toMatchObject({ stale: true })
  })

  it('counts for a set that was called before it and is still on its way', async () => {
    const { tier, region, other, driver } = await world()
    delay(driver, 'exchangeMany', 20)
    const set = region.set('k', 'new')
    const expired = region.expire('k')
    await tier.during(50, Promise.all([set, expired]))
    expect(await expired).toBe(true)
    expect(await region.getEntry('k')).toMatchObject({ value: 'new', stale: true })
    expect(await other.getEntry('k')).toMatchObject({ value: 'new', stale: true })
  })

  it('outdates a read that began before it, and comes back after it', async () => {
    const { region, driver } = await world()
    await region.set('k', 'new', { l1: { skip: true } })
    const answered = deferred()
    const getMany = driver.getMany.bind(driver)
    vi.spyOn(driver, 'getMany').mockImplementationOnce(async (keys) => {
      const answers = await getMany(keys)
      await answered.promise
      return answers
    })
    const read = region.get('k')
    expect(await region.expire('k')).toBe(true)
    answered.resolve()
    await read
    expect(await region.get('k')).toBeUndefined()
  })

  it.each([['memory alone', false] as const, ['L2', true] as const])(
    'outdates a value that is being made: it is handed out and not stored (%s)',
    async (_, shared) => {
      const regions = { s: { ttl: '1m', grace: '1h' } } as const
      const { cache } = shared ? new SharedTier().process({ regions }) : makeCache({ regions })
      const region = cache.region<string>('s')
      await region.set('k', 'old')
      const made = deferred<string>()
      const loaded = region.getOrSet('k', () => made.promise, { forceFresh: true })
      expect(await region.expire('k')).toBe(true)
      made.resolve('made before')
      expect(await loaded).toBe('made before')
      expect(await region.get('k')).toBeUndefined()
      expect(await region.getOrSet('k', REFUSE)).toBe('old')
    },
  )
})

describe('touch', () => {
  it('lets a value that is being made be stored', async () => {
    const { region } = await world()
    const made = deferred<string>()
    const loaded = region.getOrSet('k', () => made.promise, { forceFresh: true })
    expect(await region.touch('k', '10m')).toBe(true)
    made.resolve('new')
    await loaded
    expect(await region.get('k')).toBe('new')
  })

  it('while L2 is away does not make memory trust its copy for longer', async () => {
    const { tier, region, other, driver } = await world()
    const near = tier.process({ regions: { s: { ttl: '1h', l1: { ttl: '30s' } } }, bus: false })
    const shortly = near.cache.region<string>('s')
    expect(await shortly.get('k')).toBe('old')
    await region.touch('k', '1h')
    await tier.clock.advance(20_000)
    near.driver.break('fail')
    await shortly.touch('k', '1h')
    await other.set('k', 'new')
    near.driver.heal()
    await tier.clock.advance(15_000)
    expect(await shortly.get('k')).toBe('new')
    expect(driver.closed).toBe(false)
  })

  it('and expire find an entry that memory alone holds', async () => {
    const { tier, region } = await world()
    await region.set('own', 'v', { l2: { skip: true } })
    expect(await region.touch('own', '2m')).toBe(true)
    await tier.clock.advance(90_000)
    expect(await region.get('own')).toBe('v')
    expect(await region.expire('own')).toBe(true)
    expect(await region.getEntry('own')).toMatchObject({ value: 'v', stale: true })
    expect(await region.get('own')).toBeUndefined()
    expect(await region.getOrSet('own', REFUSE)).toBe('v')
  })
})

describe('a sliding lifetime', () => {
  const SLIDING = { regions: { s: { ttl: '1m', slidingTtl: '1m' } }, bus: false } as const

  it('takes nothing from an entry that was given longer, here or by another process', async () => {
    const tier = new SharedTier()
    const here = tier.process(SLIDING).cache.region('s')
    const there = tier.process(SLIDING).cache.region('s')
    await here.set('k', 'v')
    await there.get('k')
    await tier.clock.advance(20_000)
    await Promise.all([here.touch('k', '1h'), here.get('k')])
    expect(await here.ttl('k')).toBeGreaterThan(3_000_000)
    await there.get('k')
    await tier.clock.settle()
    expect(await tier.process(SLIDING).cache.region('s').ttl('k')).toBeGreaterThan(3_000_000)
  })

  it('is not for what says that there is nothing', async () => {
    const { cache, clock } = makeCache({ regions: { s: { ttl: '1h', negativeTtl: 1_000, slidingTtl: '1h' } } })
    const region = cache.region('s')
    await region.getOrSet('k', () => null)
    await clock.advance(500)
    expect(await region.get('k')).toBeNull()
    expect(await region.getOrSet('k', () => null)).toBeNull()
    await clock.advance(600)
    expect(await region.get('k')).toBeUndefined()
  })
})

it('expire forgets that there is nothing', async () => {
  const { cache } = makeCache({ regions: { s: { ttl: '1m', negativeTtl: '1m' } } })
  const region = cache.region('s')
  await region.getOrSet('k', () => undefined)
  expect(await region.getOrSet('k', () => 'not tried')).toBeUndefined()
  expect(await region.expire('k')).toBe(false)
  expect(await region.getOrSet('k', () => 'there')).toBe('there')
})

it('close leaves nothing unhandled of a batch whose keys are all being made', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)
  const tier = new SharedTier()
  const { cache, driver } = tier.process({ regions: { s: {} }, bus: false })
  const region = cache.region('s')
  const slow = deferred<string>()
  region.getOrSet('k', () => slow.promise).catch(() => undefined)
  await tier.clock.settle()
  driver.breakOnce('getMany', 100)
  const many = region.getOrSetMany(['k'], () => new Map())
  const closing = cache.close()
  await tier.clock.advance(20_000)
  await closing
  slow.resolve('x')
  await many
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})
