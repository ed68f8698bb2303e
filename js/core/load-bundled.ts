import { hex } from '../../pkg/core.wasm?hex'
import { decodeHex } from './hex.ts'

/**
 * Compiles the core that a bundle has inlined: Node, Deno, Bun, browsers, bundlers. In hexadecimal, for what is
 * compressed on its way shall have whole bytes: in base64 it takes a third more.
 */
export function load(): WebAssembly.Module {
  return new WebAssembly.Module(decodeHex(hex))
}
