import { expect, test } from 'vitest'
import { files, type SourceFile } from './tree.ts'

/** What a folder of the Rust core knows nothing of. */
const RULES: readonly { readonly folder: RegExp; readonly foreign: RegExp; readonly of: string }[] = [
  {
    folder: /^src\/policy\//,
    foreign: /\b(?:crate|super::super)::(?:store|codec|metrics)\b/,
    of: 'keys, values or bytes',
  },
  { folder: /^src\/codec\//, foreign: /\b(?:crate|super::super)::(?:policy|store)\b/, of: 'policies and stores' },
  { folder: /^src\/metrics\//, foreign: /\b(?:crate|super::super)::(?:policy|store|codec)\b/, of: 'what it measures' },
  {
    folder: /^src\/(?!wasm(?:\.rs$|\/))/,
    foreign: /\b(?:wasm_bindgen|js_sys|serde_wasm_bindgen)\b/,
    of: 'wasm-bindgen',
  },
  {
    folder: /^src\/(?!wasm(?:\.rs$|\/))/,
    foreign: /\b(?:SystemTime|Instant|std::(?:fs|net|thread))\b/,
    of: 'clocks and I/O',
  },
]

/** Tests may read fixtures. */
const TEST = /\/tests(?:\.rs$|\/)/

/** The code of a line, without the comment. */
function code(line: string): string {
  return line.replace(/\/\/.*$/, '')
}

function foreignNames(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ path }) => !TEST.test(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          RULES.filter(({ folder, foreign }) => folder.test(path) && foreign.test(code(line))).map(
            ({ of }) => `${path}:${index + 1} knows of ${of}`,
          ),
        ),
    )
}

test('each part of the core knows only what is its own', () => {
  const sources = files(/^src\/.*\.rs$/)
  expect(sources.length).toBeGreaterThan(0)
  expect(foreignNames(sources)).toEqual([])
})

test.each([
  ['src/policy/lru.rs', 'use crate::store::Arena;'],
  ['src/policy/lru.rs', 'let key = crate::codec::Header::default();'],
  ['src/codec/mod.rs', 'use crate::policy::Policy;'],
  ['src/metrics/mod.rs', 'use crate::store::Packed;'],
  ['src/store/live.rs', '    use wasm_bindgen::prelude::*;'],
  ['src/store/wheel.rs', 'use std::time::Instant;'],
])('what it should not know is found: %s, %s', (path, text) => {
  expect(foreignNames([{ path, text }])).toHaveLength(1)
})

test('src/wasm may know wasm-bindgen, and a comment may name it', () => {
  const binding = { path: 'src/wasm/live.rs', text: 'use wasm_bindgen::prelude::*;' }
  const comment = { path: 'src/lib.rs', text: '//! Only wasm.rs knows wasm_bindgen.' }
  expect(foreignNames([binding, comment])).toEqual([])
})
