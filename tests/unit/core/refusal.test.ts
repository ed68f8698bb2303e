import { afterEach, describe, expect, it, vi } from 'vitest'

/** What each says to a page whose policy forbids WebAssembly. */
const SAID = {
  Chromium:
    "WebAssembly.Module(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source of script",
  Firefox: 'call to WebAssembly.Module() blocked by CSP',
  WebKit:
    "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed source of script",
}

/** The core as it comes where compiling throws this. */
async function coreWhere(message: string) {
  const { CompileError } = WebAssembly
  class Module {
    constructor() {
      throw new CompileError(message)
    }
  }
  vi.stubGlobal('WebAssembly', { Module })
  vi.resetModules()
  return (await import('../../../js/core/core.ts')).Core
}

const refusal = (message: string) =>
  expect.objectContaining({ code: 'UNSUPPORTED_RUNTIME', message: expect.stringContaining(message) })

describe('a core that is not allowed to start', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it.each(Object.entries(SAID))('names the directive, as %s puts it', async (_browser, message) => {
    const Core = await coreWhere(message)
    expect(() => Core.create()).toThrow(refusal("add 'wasm-unsafe-eval' to its script-src"))
  })

  it('names the condition in a Worker that was bundled without it: no policy of a page is in force there', async () => {
    const Core = await coreWhere('WebAssembly.Module(): Wasm code generation disallowed by embedder')
    expect(() => Core.create()).toThrow(refusal("bundle by its condition, 'workerd'"))
  })
})
