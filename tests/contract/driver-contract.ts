import { describe } from 'vitest'
import { connects } from './driver/connects.ts'
import { deletes } from './driver/deletes.ts'
import { exchanges } from './driver/exchanges.ts'
import { readsAndWrites } from './driver/reads-and-writes.ts'
import { storesTogether } from './driver/stores-together.ts'
import { type DriverUnderTest, Trial } from './driver/trial.ts'

export type { DriverUnderTest }

/** What every driver must do, tried on a real tier. */
export function driverContract(name: string, make: () => Promise<DriverUnderTest>): void {
  describe(`driver contract: ${name}`, () => {
    const trial = new Trial(make)
    readsAndWrites(trial)
    exchanges(trial)
    storesTogether(trial)
    deletes(trial)
    connects(trial)
  })
}
