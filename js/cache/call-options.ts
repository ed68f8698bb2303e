import { invalidOption } from '../config/units.ts'

/** Every option that a call can have. */
const CALL_OPTIONS = ['ttl', 'tags', 'forceFresh', 'signal', 'onProgress']

/** @throws CacheError `INVALID_OPTION` for what is no object, or has an option that there is not. */
export function checkCallOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption('options', options, "an object such as { ttl: '5m' }")
  }
  for (const name in options) {
    if (!CALL_OPTIONS.includes(name)) throw invalidOption('an option', name, CALL_OPTIONS.join(', '))
  }
}
