import { ValueSerializer } from '../../../js/codec/serializer.ts'
import { encodeUtf8 } from '../../../js/codec/text.ts'

const serializer = new ValueSerializer()

/** The bytes that a tier would hold of a value, and the id of their format. */
export function stored(value: unknown, by = serializer): { id: number; bytes: Uint8Array } {
  const { serializer: id, data } = by.serialize(value)
  return { id, bytes: typeof data === 'string' ? encodeUtf8(data) : data }
}

/** A value as it comes back. */
export function roundTrip(value: unknown, by = serializer): unknown {
  const { id, bytes } = stored(value, by)
  return by.deserialize(id, bytes)
}

/**
 * Whether two values are alike in all that is promised: classes, keys and their order, the
 * order of entries, holes, -0 and NaN. In time that grows with their size alone, which the
 * comparison of nested sets by an assertion library does not.
 */
export function alike(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  const [left, right] = [contents(a), contents(b)]
  return left.length === right.length && left.every((item, i) => alike(item, right[i]))
}

function contents(value: object): unknown[] {
  if (value instanceof Map) return [...value].flat()
  if (value instanceof Set) return [...value]
  if (value instanceof Date) return [value.getTime()]
  if (value instanceof RegExp || value instanceof URL) return [String(value)]
  return Object.entries(value)
    .flat()
    .concat(Array.isArray(value) ? value.length : [])
}
