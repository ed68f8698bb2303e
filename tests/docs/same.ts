/** Throws where two values are not equal, part by part. Runs in Node and in browsers. */
export function same(actual: unknown, expected: unknown): void {
  if (show(actual) !== show(expected)) throw new Error(`the page says ${show(expected)}, and it is ${show(actual)}`)
}

/** A value as text, in which equal values are equal and others are not. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value)
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  const name = value.constructor?.name ?? 'null'
  if (value instanceof Date) return `Date(${value.getTime()})`
  if (value instanceof Error) return `${name}(${show(value.message)})`
  if (ArrayBuffer.isView(value)) return `${name}(${new Uint8Array(value.buffer, value.byteOffset, value.byteLength)})`
  if (value instanceof Map) return `Map(${show([...value])})`
  if (value instanceof Set) return `Set(${show([...value])})`
  const fields = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}: ${show(field)}`)
  return `${name === 'Object' ? '' : name}{${fields.join(', ')}}`
}
