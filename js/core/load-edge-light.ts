import module from '../../pkg/core.wasm?module'

/** The core as Vercel's edge imports it: compiled when the function was built, as it compiles nothing from bytes. */
export function load(): WebAssembly.Module {
  return module
}
