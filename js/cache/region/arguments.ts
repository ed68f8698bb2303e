import { invalidOption } from '../../config/units.ts'
import { CacheError } from '../../errors.ts'
import type { GetOrSetRequest } from '../types.ts'

/**
 * A string would be taken for its letters.
 *
 * @throws CacheError `INVALID_OPTION`
 */
export function assertKeys(keys: unknown): void {
  if (typeof keys === 'object' && keys !== null && Symbol.iterator in keys) return
  throw invalidOption('keys', keys, 'an array, a Set or another iterable of keys')
}

/** @throws CacheError `INVALID_OPTION` */
export function assertSignal(signal: unknown): void {
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return
  throw invalidOption('signal', signal, 'an AbortSignal')
}

/** Whether the first argument of `getOrSet` is all of them in one object. */
export function isRequest<V, Known>(key: unknown): key is GetOrSetRequest<V, Known> {
  return typeof key === 'object' && key !== null
}

/** @throws CacheError `INVALID_OPTION` */
export function assertFactory(factory: unknown): void {
  assertFunction(factory, 'factory', factory === undefined ? 'a function' : 'a function; options come after it')
}

/** @throws CacheError `INVALID_OPTION` */
export function assertFunction(value: unknown, name: string, allowed = 'a function'): void {
  if (typeof value !== 'function') throw invalidOption(name, value, allowed)
}

/** What a set of `undefined` is refused with. */
export function noValue(region: string): CacheError {
  const message = `Cannot store undefined in region '${region}': it means that there is no value. Use null, or delete the key`
  return new CacheError('UNSERIALIZABLE_VALUE', message, { context: { region } })
}
