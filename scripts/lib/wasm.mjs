// @ts-check
/** How the core's WebAssembly is made smaller and faster: the same for the build and for who looks at its sizes. */

import { join } from 'node:path'
import { ROOT } from './packages.mjs'

/** The WebAssembly features that rustc's target turns on: named one by one, since every runtime loads these. */
const FEATURES = [
  'bulk-memory',
  'bulk-memory-opt',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
]

export const TARGET = 'wasm32-unknown-unknown'

/** Arguments of rustc: loops in place of the same code ten times over, as the pages of these crates tell. */
export const COMPACT = ['--cfg=aes_backend_soft="compact"', '--cfg=sha2_backend_soft="compact"']

/** Arguments of rustc: LLVM unrolls only what is small. An eighth of the core, and no slower: see docs/decisions.md. */
export const TIGHT = ['-unroll-allow-partial=false', '-unroll-runtime=false', '-unroll-threshold=60'].map(
  (argument) => `-Cllvm-args=${argument}`,
)

/** Where cargo builds. */
export function targetOf() {
  return process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target')
}

/**
 * The command that optimises `input`.
 *
 * @param {string} input
 * @param {string} output
 * @param {readonly string[]} [more] Further arguments.
 * @returns {[string, string[]]}
 */
export function optimise(input, output, more = []) {
  const program = join(ROOT, 'node_modules', 'binaryen', 'bin', 'wasm-opt')
  const features = FEATURES.map((feature) => `--enable-${feature}`)
  return [
    process.execPath,
    [
      program,
      input,
      '-O4',
      '--low-memory-unused',
      '--reorder-functions',
      '--mvp-features',
      ...features,
      ...more,
      '-o',
      output,
    ],
  ]
}
