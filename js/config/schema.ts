import { unknownOption } from './nearest.ts'
import { invalidOption } from './units.ts'

/** One option: a row of the table that validates, converts, documents and gives the default. */
export interface Field<T> {
  readonly kind: 'field'
  /** What it means, for the reference. */
  readonly doc: string
  /** What it may be, for messages and the reference. */
  readonly allowed: string
  /** The default, in the words of the reference. */
  readonly fallbackDoc: string
  /** Converts what was given; `option` is its full name. Throws INVALID_OPTION. */
  parse(value: unknown, option: string): T
  /** The default, given the options that stand above it in the table. */
  fallback(above: Readonly<Record<string, unknown>>): T
}

/** A table of options: an object whose type has a row for each of its names. */
export interface Group<T> {
  readonly kind: 'group'
  readonly doc: string
  readonly fields: { readonly [K in keyof Exclude<T, false>]-?: Entry<Exclude<T, false>[K]> }
  /** Whether `false` may stand for the whole object, and `true` for its defaults. */
  readonly switchable: boolean
  /** Throws INVALID_OPTION for options that do not go together. */
  check(options: Exclude<T, false>, path: string): void
}

/** What a name of an options object can stand for. */
export type Entry<T> = Field<T> | Group<T>

/** Options that somebody gave, and what messages call them: 'regions.sessions'. */
export interface Layer {
  readonly path: string
  readonly options: unknown
}

/**
 * Reads options: for each name the value of the first layer that has it, or else the
 * default. Every layer is validated, also where a stronger one hides it. `undefined` counts
 * as not given.
 *
 * @param path What messages about the result as a whole call it.
 * @param layers The strongest one first.
 * @throws CacheError INVALID_OPTION for an unknown name or a value that is not allowed.
 */
export function resolve<T>(group: Group<T>, path: string, layers: readonly Layer[]): T {
  const given = layers.filter(({ options }) => options !== undefined)
  const objects = given.filter(({ options }) => !(group.switchable && typeof options === 'boolean')).map(toRecord)
  for (const layer of objects) rejectUnknown(Object.keys(group.fields), layer)
  const result: Record<string, unknown> = {}
  for (const [name, entry] of Object.entries<Entry<unknown>>(group.fields)) {
    const values = objects.map((layer) => ({ path: join(layer.path, name), options: layer.options[name] }))
    result[name] = entry.kind === 'group' ? resolve(entry, join(path, name), values) : read(entry, values, result)
  }
  group.check(result as Exclude<T, false>, path)
  return (group.switchable && given[0]?.options === false ? false : result) as T
}

function read(field: Field<unknown>, values: readonly Layer[], above: Readonly<Record<string, unknown>>): unknown {
  const given = values.filter(({ options }) => options !== undefined)
  const parsed = given.map(({ options, path }) => field.parse(options, path))
  return parsed.length > 0 ? parsed[0] : field.fallback(above)
}

interface RecordLayer {
  readonly path: string
  readonly options: Readonly<Record<string, unknown>>
}

function toRecord({ path, options }: Layer): RecordLayer {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) {
    return { path, options: options as Record<string, unknown> }
  }
  throw invalidOption(path || 'options', options, 'an object of options')
}

function rejectUnknown(known: readonly string[], { path, options }: RecordLayer): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name) || options[name] === undefined) continue
    throw unknownOption(join(path, name), known)
  }
}

/** One option of the reference. */
export interface OptionRow {
  /** The full name: 'l2.timeout'. */
  readonly option: string
  readonly doc: string
  readonly allowed: string
  readonly fallback: string
}

/** The reference of a table: a row per option, nested ones under their full names. */
export function optionRows(entry: Entry<unknown>, option = ''): OptionRow[] {
  if (entry.kind === 'field') {
    return [{ option, doc: entry.doc, allowed: entry.allowed, fallback: entry.fallbackDoc }]
  }
  const nested = Object.entries<Entry<unknown>>(entry.fields)
  return nested.flatMap(([name, child]) => optionRows(child, join(option, name)))
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
