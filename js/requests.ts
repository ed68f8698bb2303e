import type { Clock } from './clock.ts'
import { isRequestBound } from './runtime.ts'

/** The first pause between two looks at what another request does, and the longest, in ms. */
const FIRST_PAUSE = 1
const LONGEST_PAUSE = 64

/**
 * Waits for work that another request may have begun. Where such work may never end, it looks at it from
 * time to time, by timers of this request's own: so nothing of this request runs in another one.
 *
 * @param patience - How long it waits at the most, in ms, where the work may never end.
 * @param bound - Whether it may never end.
 * @returns Whether the work has ended; it never rejects.
 */
export async function whenOver(
  work: Promise<unknown>,
  patience: number,
  clock: Clock,
  bound: boolean = isRequestBound,
): Promise<boolean> {
  let over = false
  const end = () => {
    over = true
  }
  const ended = work.then(end, end)
  if (!bound) {
    await ended
    return true
  }
  let pause = FIRST_PAUSE
  for (let waited = 0; waited < patience && !over; waited += pause, pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    await new Promise<void>((resolve) => clock.after(pause, resolve))
  }
  return over
}
