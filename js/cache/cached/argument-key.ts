import { CacheError } from '../../errors.ts'

/**
 * One stable text for a list of arguments: equal arguments have equal text, in whatever
 * order an object's keys were added, and different ones have different text.
 *
 * @throws CacheError `INVALID_KEY` for what cannot be compared by value: functions,
 * symbols, cycles and class instances other than Date, Map, Set, URL and byte arrays.
 */
export function argumentKey(args: readonly unknown[]): string {
  return args.map((arg, index) => encode(arg, `argument ${index + 1}`, [])).join(',')
}

function encode(value: unknown, path: string, parents: readonly object[]): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '0' : String(value)
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'bigint':
      return `${value}n`
    case 'object':
      return value === null ? 'null' : encodeObject(value, path, parents)
    default:
      throw unkeyable(path, `is a ${typeof value}`)
  }
}

function encodeObject(value: object, path: string, parents: readonly object[]): string {
  if (parents.includes(value)) throw unkeyable(path, 'refers to itself')
  const below = [...parents, value]
  const each = (items: Iterable<unknown>) =>
    Array.from(items, (item, i) => encode(item, `${path}[${i}]`, below)).join(',')
  if (Array.isArray(value)) return `[${each(value)}]`
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof URL) return `URL(${JSON.stringify(value.href)})`
  if (value instanceof Map)
    return `Map(${[...value]
      .map((entry) => each(entry))
      .sort()
      .join(';')})`
  if (value instanceof Set)
    return `Set(${[...value]
      .map((item) => encode(item, path, below))
      .sort()
      .join(',')})`
  if (ArrayBuffer.isView(value)) {
    return `${value.constructor.name}(${new Uint8Array(value.buffer, value.byteOffset, value.byteLength).join(' ')})`
  }
  assertPlain(value, path)
  const record = value as Record<string, unknown>
  const fields = Object.keys(record)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${encode(record[name], `${path}.${name}`, below)}`)
  return `{${fields.join(',')}}`
}

/** Plain is also what comes from another realm, such as a test runner's: its prototype has none itself. */
function assertPlain(value: object, path: string): void {
  const prototype = Object.getPrototypeOf(value)
  const plain =
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  if (!plain) throw unkeyable(path, `is an instance of ${prototype.constructor?.name ?? 'a class'}`)
  if (Object.getOwnPropertySymbols(value).length > 0) throw unkeyable(path, 'has a key that is a symbol')
}

function unkeyable(path: string, what: string): CacheError {
  return new CacheError(
    'INVALID_KEY',
    `${path} ${what} and cannot be part of a cache key: give a \`key\` function that makes a string of the arguments`,
  )
}
