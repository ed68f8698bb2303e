import { FakeClock } from '../../js/testing/fake-clock.ts'
import type { Driver } from '../../js/tiers/driver.ts'

/**
 * A fake clock for tiers that answer in real time: it moves on only while none of their calls is
 * under way. So hours pass at once, and no limit runs out that a server has kept.
 */
export class PacedClock extends FakeClock {
  #underWay = 0

  /** Lets everything run that waits for no time of this clock: microtasks, and what a tier answers. */
  override async settle(): Promise<void> {
    do await super.settle()
    while (this.#underWay > 0)
  }

  /** The same driver, whose calls this clock waits for. */
  watch(driver: Driver): Driver {
    return new Proxy(driver, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target)
        if (typeof member !== 'function') return member
        return (...args: readonly unknown[]) => this.#watched(Reflect.apply(member, target, args))
      },
    })
  }

  #watched(result: unknown): unknown {
    if (!(result instanceof Promise)) return result
    this.#underWay++
    return result.finally(() => this.#underWay--)
  }
}
