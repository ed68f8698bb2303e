import { expect } from 'vitest'
import type { Process, World } from './processes.ts'

/** Longer than any pause of the circuit, so that a healed tier is in use again. */
export const RECOVERY = 6000

/** Breaks the tier for `process` and lets it notice. */
export async function outage(world: World, process: Process): Promise<void> {
  process.driver.break('fail')
  await process.get('anything')
  expect(process.remote.available).toBe(false)
  await world.clock.settle()
}

/** Repairs the tier for `processes`, and waits until they use it again. */
export async function heal(world: World, ...processes: Process[]): Promise<void> {
  for (const { driver } of processes) driver.heal()
  await world.clock.advance(RECOVERY)
}
