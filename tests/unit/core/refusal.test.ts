import { afterEach, describe, expect, it, vi } from 'vitest'

/** What each says to a page whose policy forbids WebAssembly. */
const SAID = {
  Chromium:
    "WebAssembly.Module(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source of script",
  Firefox: 'call to WebAssembly.Module() blocked by CSP',
  WebKit:
    "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed source of script",
}

describe('a core that is not allowed to start', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it.each(Object.entries(SAID))('names the directive, as %s puts it', async (_browser, message) => {
    const { CompileError } = WebAssembly
    class Module {
      constructor() {
        throw new CompileError(message)
      }
    }
    vi.stubGlobal('WebAssembly', { Module })
    vi.resetModules()
    const { Core } = await import('../../../js/core/core.ts')
    const error = expect.objectContaining({
      code: 'UNSUPPORTED_RUNTIME',
      message: expect.stringContaining("add 'wasm-unsafe-eval' to its script-src"),
    })
    expect(() => Core.create()).toThrow(error)
  })
})
