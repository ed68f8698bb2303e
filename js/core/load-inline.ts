import { base64 } from '../../pkg/inline.js'
import { decodeBase64 } from './base64.ts'

/** Compiles the core for a program that runs from these sources. Bundles have another loader: see tsdown.config.ts. */
export function load(): WebAssembly.Module {
  return new WebAssembly.Module(decodeBase64(base64))
}
