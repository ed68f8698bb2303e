import { Cost, TooHeavy } from './msgpack/format.ts'
import { heavier } from './msgpack/unsupported.ts'
import { encodeUtf8 } from './text.ts'

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

const QUOTE = 0x22
const COMMA = 0x2c
const BRACKET = 0x5b
const BACKSLASH = 0x5c
const BRACE = 0x7b

/** No JSON makes more memory of each of its bytes: `{},`. */
const MOST_COST = Math.ceil((Cost.Object + Cost.Item) / 3)

/**
 * Refuses JSON whose parts would take more memory than `room`, as `Cost` has it.
 *
 * @throws TooHeavy
 */
export function assertLight(json: string | Uint8Array, room: number): void {
  if (json.length * MOST_COST <= room) return
  const bytes = typeof json === 'string' ? encodeUtf8(json) : json
  let cost = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === QUOTE) {
      cost += Cost.Text
      for (i++; i < bytes.length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++
    } else if (byte === COMMA) cost += Cost.Item
    else if (byte === BRACKET) cost += Cost.Array
    else if (byte === BRACE) cost += Cost.Object
  }
  if (cost > room) throw new TooHeavy(heavier(room))
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
