import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { beforeEach, describe, expect, test, vi } from 'vitest'

const wasm = readFileSync('pkg/core.wasm')

/** The loader as it is when a program starts: nothing was handed over. */
let slim: typeof import('../../../js/core/load-slim.ts')
beforeEach(async () => {
  vi.resetModules()
  slim = await import('../../../js/core/load-slim.ts')
})

const response = (body: BodyInit, type: string, status = 200): Response =>
  new Response(body, { status, headers: { 'content-type': type } })

test('without the core the error names what to call', () => {
  expect(() => slim.load()).toThrow(/call `init`/)
})

describe('what is at hand is taken at once', () => {
  test('a module', () => {
    const module = new WebAssembly.Module(wasm)
    slim.init(module)
    expect(slim.load()).toBe(module)
  })

  test.each([
    ['bytes', () => new Uint8Array(wasm)],
    ['a buffer', () => new Uint8Array(wasm).buffer],
    ['a buffer of another realm', () => runInNewContext('Uint8Array.from(bytes).buffer', { bytes: [...wasm] })],
  ])('%s', (_, make: () => BufferSource) => {
    slim.init(make())
    expect(slim.load()).toBeInstanceOf(WebAssembly.Module)
  })
})

describe('a response is waited for', () => {
  test.each([
    ['of the right type', 'application/wasm'],
    ['of a server that does not know the type', 'application/octet-stream'],
  ])('%s', async (_, type) => {
    const ready = slim.init(Promise.resolve(response(new Uint8Array(wasm), type)))
    expect(() => slim.load()).toThrow(/call `init`/)
    await ready
    expect(slim.load()).toBeInstanceOf(WebAssembly.Module)
  })

  test.each([
    ['that is no success', () => response('not here', 'text/html', 404), /404/],
    ['with something else in it', () => response('<html>', 'text/html'), /not the core/],
  ])('one %s is refused', async (_, make, message) => {
    await expect(slim.init(make())).rejects.toMatchObject({
      code: 'UNSUPPORTED_RUNTIME',
      message: expect.stringMatching(message),
    })
    expect(() => slim.load()).toThrow()
  })

  test.each(['/core.wasm', undefined, {}])(
    'what is none, such as %j, is refused with what is meant',
    async (source) => {
      await expect(slim.init(source as Response)).rejects.toMatchObject({
        code: 'UNSUPPORTED_RUNTIME',
        message: expect.stringContaining('`fetch`'),
      })
    },
  )

  test('one that never came is refused with why', async () => {
    const cause = new TypeError('fetch failed')
    await expect(slim.init(Promise.reject(cause))).rejects.toMatchObject({ cause })
  })
})

test('bytes that are not WebAssembly are refused', async () => {
  await expect(slim.init(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: 'UNSUPPORTED_RUNTIME' })
})
