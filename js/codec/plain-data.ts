/** What may take more bytes than this is not looked at to its end. */
const MOST_BYTES = 2 ** 20

/** What nests deeper is not looked at to its end: far fewer levels than are written. */
const MOST_LEVELS = 64

/** No text takes more bytes beside its characters, and nothing else more bytes in all. */
const HEAD = 16

/** Of every UTF-16 unit, in any encoding. */
const UNIT = 3

/**
 * Whether a value is sure to be written as MessagePack such that it comes back as it is, and in
 * few bytes: it is made of plain objects and arrays of this realm, texts, numbers and the like. It
 * takes a fifth of the time that writing takes. Where it is false nothing is said: try to write it.
 */
export function isPlainData(value: unknown): boolean {
  try {
    return spend(value, MOST_BYTES, MOST_LEVELS) >= 0
  } catch {
    // A getter threw. Who writes the value tells of it.
    return false
  }
}

/** What is left of so many bytes behind the value; negative where it was too large, or not plain. */
function spend(value: unknown, left: number, levels: number): number {
  switch (typeof value) {
    case 'string':
      return left - HEAD - value.length * UNIT
    case 'number':
    case 'boolean':
    case 'undefined':
      return left - HEAD
    case 'object':
      return value === null ? left - HEAD : spendOnObject(value, left - HEAD, levels - 1)
    default:
      return -1
  }
}

function spendOnObject(value: object, left: number, levels: number): number {
  if (levels < 0) return -1
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype) return spendOnFields(value as Record<string, unknown>, left, levels)
  return prototype === Array.prototype && Array.isArray(value) ? spendOnItems(value, left, levels) : -1
}

/** `for in` reads fields at a third of the price of their names' list; what it finds of a prototype makes no wrong true. */
function spendOnFields(fields: Record<string, unknown>, left: number, levels: number): number {
  if (Object.getOwnPropertySymbols(fields).length > 0) return -1
  let rest = left
  for (const name in fields) {
    if (name === '__proto__') return -1
    rest = spend(fields[name], rest - HEAD - name.length * UNIT, levels)
    if (rest < 0) break
  }
  return rest
}

/** Holes are none of its business, and look like `undefined`. */
function spendOnItems(items: readonly unknown[], left: number, levels: number): number {
  let rest = left
  for (let i = 0; i < items.length && rest >= 0; i++) {
    const item = items[i]
    rest = item === undefined ? -1 : spend(item, rest, levels)
  }
  return rest
}
