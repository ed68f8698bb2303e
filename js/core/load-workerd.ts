import module from '../../pkg/core.wasm'

/** The core as workerd imports it: compiled when the Worker was uploaded, as it compiles nothing from bytes. */
export function load(): WebAssembly.Module {
  return module
}
