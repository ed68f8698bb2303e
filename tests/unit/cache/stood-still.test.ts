import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../js/clock.ts'
import { ChaosDriver } from '../../../js/testing/chaos-driver.ts'
import { expectError, KEY, KIND_NAMES, makeCache, SharedTier } from './fixture.ts'

/** How long the process stood still, in ms: longer than L2 may take. */
const STOOD = 10_000

/** A process that stands still while its call is on the way, and another one that writes meanwhile. */
async function standing(region: string, call: 'exchangeMany' | 'commit') {
  const shared = new SharedTier()
  let stood = 0
  const clock: Clock = {
    now: () => shared.clock.now() + stood,
    exact: () => shared.clock.exact() + stood,
    wall: () => shared.clock.wall() + stood,
    after: (ms, callback) => shared.clock.after(ms, callback),
  }
  const driver = new ChaosDriver(shared.tier, { clock })
  const options = { encryption: { keys: KEY }, bus: false } as const
  const { cache: here } = makeCache({ ...options, l2: driver, clock })
  const { cache: there } = shared.process({ bus: false })
  await here.set(region, 'k', 'first')
  driver.breakOnce(call, 'late')
  return {
    here,
    there,
    /** The other one writes, and only then the call of this one comes to L2. */
    async overtake(): Promise<void> {
      await shared.clock.advance(1)
      await there.set(region, 'k', 'later')
      stood = STOOD
      driver.release()
      await shared.clock.settle()
    },
  }
}

describe.each(KIND_NAMES)('what a process began before it stood still undoes nothing later: %s', (region) => {
  it('a set', async () => {
    const { here, there, overtake } = await standing(region, 'exchangeMany')
    const setting = here.set(region, 'k', 'before')
    await overtake()
    await setting
    expect([await here.get(region, 'k'), await there.get(region, 'k')]).toEqual(['later', 'later'])
  })

  it('a delete', async () => {
    const { here, there, overtake } = await standing(region, 'exchangeMany')
    const deleting = here.delete(region, 'k')
    await overtake()
    await deleting
    expect([await here.get(region, 'k'), await there.get(region, 'k')]).toEqual(['later', 'later'])
  })

  it('a transaction, which is told', async () => {
    const { here, there, overtake } = await standing(region, 'commit')
    const committing = expectError(
      here.transaction(region, (tx) => tx.set('k', 'before')),
      'COMMIT_FAILED',
    )
    await overtake()
    await committing
    expect([await here.get(region, 'k'), await there.get(region, 'k')]).toEqual(['later', 'later'])
  })
})
