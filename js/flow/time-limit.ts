import type { Clock } from '../clock.ts'
import { CacheError } from '../errors.ts'

/**
 * Answers as `promise` does, or rejects with `TIMEOUT` once `ms` have passed. What comes later,
 * a value or an error, is swallowed; the timer never outlives the answer. `Infinity` is no limit.
 *
 * @param what The subject of the error's message, such as 'redis: get'.
 */
export function withLimit<T>(promise: Promise<T>, ms: number, clock: Clock, what: string): Promise<T> {
  if (ms === Number.POSITIVE_INFINITY) return promise
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(timeoutError(what, ms)))
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
