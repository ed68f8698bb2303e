import { describe, expect, it } from 'vitest'
import { Core } from '../../../js/core/core.ts'

/** An error as an engine makes it. */
function made(name: string, message: string, stack: string): Error {
  return Object.defineProperties(new Error(message), { name: { value: name }, stack: { value: stack } })
}

const FULL = 'Maximum call stack size exceeded'
const V8_WASM = 'at wasm://wasm/0012abcd:wasm-function[12]:0x345'
const V8_NAMED = 'at omnicache_core.get (wasm://wasm/omnicache_core-0012abcd:wasm-function[12]:0x345)'
const V8_SCRIPT = 'at MsgpackReader.#value (file:///app/index.js:1:2)'

describe('what counts as a crash of the core', () => {
  it.each([
    ['a trap', made('RuntimeError', 'unreachable', '')],
    [
      'an object that a call left locked',
      new Error('recursive use of an object detected which would lead to unsafe aliasing'),
    ],
    [
      'the end of the stack inside of it, in V8',
      made('RangeError', FULL, `RangeError: ${FULL}\n    ${V8_WASM}\n    ${V8_SCRIPT}`),
    ],
    ['the same with names', made('RangeError', FULL, `RangeError: ${FULL}\n    ${V8_NAMED}\n    ${V8_SCRIPT}`)],
    [
      'in Firefox',
      made('InternalError', 'too much recursion', 'get@core.wasm:wasm-function[12]:0x345\nread@index.js:1:2'),
    ],
    ['in WebKit', made('RangeError', FULL, '<?>.wasm-function[12]@[wasm code]\nread@index.js:1:2')],
  ])('%s', (_, error) => {
    const core = Core.create()
    expect(core.trapped(error)).toBe(true)
    expect(core.crashed).toBe(true)
  })

  it.each([
    [
      'the end of the stack in JavaScript, though WebAssembly called it',
      made('RangeError', FULL, `RangeError: ${FULL}\n    ${V8_SCRIPT}\n    ${V8_WASM}`),
    ],
    [
      'the same in Firefox',
      made('InternalError', 'too much recursion', 'read@index.js:1:2\nget@core.wasm:wasm-function[12]:0x345'),
    ],
    ['bytes that are malformed', new RangeError('malformed bytes: they end within a value')],
    ['a length that is none', new RangeError('Invalid array length')],
    ['a mistake', new TypeError('x is not a function')],
    ['what is no error', 'RuntimeError'],
    ['nothing', undefined],
  ])('not: %s', (_, error) => {
    const core = Core.create()
    expect(core.trapped(error)).toBe(false)
    expect(core.crashed).toBe(false)
  })
})
