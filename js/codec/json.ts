/** The key that would set a prototype when an object that holds it is copied. */
const FORBIDDEN_KEY = '__proto__'

/**
 * The value of a JSON text. A text with a key `__proto__`, however it is spelt, is refused.
 *
 * @throws SyntaxError when the text is not JSON or holds that key.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  // Keys can be spelt with escapes; of ASCII, JSON.stringify escapes control characters only.
  if ((text.includes(FORBIDDEN_KEY) || text.includes('\\u00')) && holdsForbiddenKey(value)) {
    throw new SyntaxError(`a key is ${FORBIDDEN_KEY}`)
  }
  return value
}

/**
 * The JSON text of a value.
 *
 * @throws TypeError when JSON has nothing for the value, or a cycle is in it.
 * @throws SyntaxError when a key is `__proto__`.
 */
export function formatJson(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw new TypeError(`JSON has no ${typeof value}`)
  if (text.includes(FORBIDDEN_KEY)) parseJson(text)
  return text
}

function holdsForbiddenKey(root: unknown): boolean {
  const pending = [root]
  for (const value of pending) {
    if (typeof value !== 'object' || value === null) continue
    if (Object.hasOwn(value, FORBIDDEN_KEY)) return true
    for (const child of Object.values(value)) pending.push(child)
  }
  return false
}
