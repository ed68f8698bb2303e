import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { byModule, sharesOf } from '../../scripts/lib/wasm-shares.mjs'

/** A part with its length before it, as the binary format has it everywhere; all lengths here fit a byte. */
const sized = (...bytes: readonly number[]): number[] => [bytes.length, ...bytes]
const text = (characters: string): number[] => sized(...new TextEncoder().encode(characters))
const section = (id: number, ...bytes: readonly number[]): number[] => [id, ...sized(...bytes)]

const BODY = [0x00, 0x0b]
const LONGER_BODY = [0x00, 0x01, 0x01, 0x0b]

/** A module of two functions behind one that is imported. */
const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...section(1, 1, 0x60, 0, 0),
  ...section(2, 1, ...text('host'), ...text('call'), 0x00, 0),
  ...section(3, 2, 0, 0),
  ...section(10, 2, ...sized(...BODY), ...sized(...LONGER_BODY)),
  ...section(0, ...text('name'), 1, ...sized(2, 1, ...text('a::b::f'), 2, ...text('<a::b::T as c::D>::g'))),
])

test('functions are told by name, heaviest first', () => {
  expect(WebAssembly.validate(MODULE)).toBe(true)
  const { functions } = sharesOf(MODULE)
  expect(functions).toEqual([
    { name: '<a::b::T as c::D>::g', bytes: LONGER_BODY.length },
    { name: 'a::b::f', bytes: BODY.length },
  ])
  expect(byModule(functions)).toEqual([{ name: 'a::b', bytes: LONGER_BODY.length + BODY.length }])
})

test('nothing of a module is left out but what says where its parts begin', () => {
  const wasm = readFileSync('pkg/core.wasm')
  const { functions, sections } = sharesOf(wasm)
  const sum = [...functions, ...sections].reduce((bytes, share) => bytes + share.bytes, 0)
  expect(functions.length).toBeGreaterThan(100)
  // A function's length is one to three bytes, a section's head up to six.
  expect(wasm.length - sum).toBeGreaterThan(0)
  expect(wasm.length - sum).toBeLessThan(3 * functions.length + 6 * (sections.length + 2) + 8)
})
