import type { Clock } from '../clock.ts'
import { CacheError } from '../errors.ts'

/** A timer that comes later than this, in ms, says that the process did not run, not that an answer took long. */
const LATE = 20

/** How long such a process has to read what has arrived meanwhile, in ms: timers come before sockets. */
const CATCH_UP = 5

/**
 * Answers as `promise` does, or rejects with `TIMEOUT` once `ms` have passed. What comes later,
 * a value or an error, is swallowed; the timer never outlives the answer. `Infinity` is no limit.
 * A process that stood still meanwhile gets a moment more, since the answer may be there, unread.
 *
 * @param what The subject of the error's message, such as 'redis: get'.
 * @param holds Whether the process stays alive meanwhile: where somebody may wait for the answer.
 */
export function withLimit<T>(promise: Promise<T>, ms: number, clock: Clock, what: string, holds = false): Promise<T> {
  if (ms === Number.POSITIVE_INFINITY) return promise
  return new Promise((resolve, reject) => {
    const began = clock.now()
    const end = () => reject(timeoutError(what, ms))
    const late = () => {
      if (clock.exact() - began < ms + LATE) end()
      else timer = clock.after(CATCH_UP, end, holds)
    }
    let timer = clock.after(ms, late, holds)
    promise.then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (error: unknown) => {
        timer.cancel()
        reject(error)
      },
    )
  })
}

/** The error of something that took longer than `ms`. */
export function timeoutError(what: string, ms: number): CacheError {
  return new CacheError('TIMEOUT', `${what} took longer than its limit of ${ms} ms`)
}
