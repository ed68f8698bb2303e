import { CacheError } from '../../errors.ts'

/** What the contract compares: results of a driver, made of plain arrays, bytes and primitives. */
type Comparable = unknown

/** Throws unless both are the same, item by item; bytes are compared as numbers. */
export function equal(actual: Comparable, expected: Comparable, what = 'the answer'): void {
  const shown = show(actual)
  const wanted = show(expected)
  if (shown !== wanted) throw new Error(`${what} is ${brief(shown)}, not ${brief(wanted)}`)
}

/** Throws unless `holds`. */
export function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

/** Throws unless `call` rejects with a `CacheError` of that code. */
export async function rejects(call: () => Promise<unknown>, code: string, what: string): Promise<void> {
  let answer: unknown
  try {
    answer = await call()
  } catch (error) {
    const actual = error instanceof CacheError ? error.code : String(error)
    if (actual !== code) throw new Error(`${what} rejects with ${actual}, not ${code}`, { cause: error })
    return
  }
  throw new Error(`${what} answers ${brief(show(answer))}, and does not reject with ${code}`)
}

/** One text for each value, so that what is not the same is not written the same. */
function show(value: Comparable): string {
  if (value === undefined) return 'undefined'
  if (value instanceof Uint8Array) return `<${value.join(' ')}>`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  return JSON.stringify(value) ?? String(value)
}

function brief(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text
}
