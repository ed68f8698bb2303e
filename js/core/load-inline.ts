import { base64 } from '../../pkg/inline.js'
import { decodeBase64 } from './base64.ts'

/** Compiles the core that is inlined in this bundle: Node, Deno, Bun, browsers, bundlers. */
export function load(): WebAssembly.Module {
  return new WebAssembly.Module(decodeBase64(base64))
}
