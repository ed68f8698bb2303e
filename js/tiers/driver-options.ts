import { unknownOption } from '../config/nearest.ts'
import { invalidOption } from '../config/units.ts'

/**
 * Checks the options of a driver, which has no table of them: there is no option but the known ones, and a time span
 * is a number of ms. `undefined` counts as not given.
 *
 * @param owner The function that was given them.
 * @throws CacheError `INVALID_OPTION` for what is no object of options, for an unknown name and for a wrong span.
 */
export function checkOptions<T extends object>(
  owner: string,
  options: T,
  known: readonly (keyof T & string)[],
  spans: readonly (keyof T & string)[] = [],
): void {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption(`what ${owner} was given`, options, `an object with ${known.join(', ')}`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !known.includes(name as keyof T & string)) throw unknownOption(name, known, owner)
  }
  for (const name of spans) {
    const span: unknown = options[name]
    if (span !== undefined && !(typeof span === 'number' && span > 0)) {
      throw invalidOption(name, span, 'a number of ms above 0')
    }
  }
}
