import { expect, test } from 'vitest'
import { importsOf } from './imports.ts'
import { files, type SourceFile } from './tree.ts'

/** The folders and files of js/, from the ground up. Each may import what stands before it, and itself. */
const LAYERS = ['errors', 'clock', 'config', 'core', 'codec', 'memory', 'tiers', 'observe', 'flow', 'cache', 'index']

/** `js/tiers/redis/link.ts` is of the layer `tiers`, `js/clock.ts` of `clock`. */
function layerOf(path: string): string {
  return /^js\/([^/.]+)/.exec(path)?.[1] ?? path
}

function upwardImports(sources: readonly SourceFile[]): string[] {
  return sources.flatMap((source) => {
    const rank = LAYERS.indexOf(layerOf(source.path))
    if (rank < 0) return [`${source.path} is in no layer: add its folder to the list`]
    return importsOf(source)
      .filter(({ file }) => file?.startsWith('js/') && LAYERS.indexOf(layerOf(file)) > rank)
      .map(({ file }) => `${source.path} imports ${file}`)
  })
}

test('imports in js/ only point down', () => {
  const sources = files(/^js\/.*\.ts$/)
  expect(sources.length).toBeGreaterThan(0)
  expect(upwardImports(sources)).toEqual([])
})

test.each([
  ["import { Region } from '../cache/region.ts'", 'js/cache/region.ts'],
  ["import type { Flight } from '../flow/flight.ts'", 'js/flow/flight.ts'],
  ["export * from '../index.ts'", 'js/index.ts'],
  ["const later = () => import('../flow/flight.ts')", 'js/flow/flight.ts'],
  ["let flight: import('../flow/flight.ts').Flight", 'js/flow/flight.ts'],
])('an arrow that points up is found: %s', (text, file) => {
  expect(upwardImports([{ path: 'js/tiers/x.ts', text }])).toEqual([`js/tiers/x.ts imports ${file}`])
})

test('an arrow that points down, or beside, is not found', () => {
  const text = "import { a } from '../errors.ts'\nimport { b } from './driver.ts'"
  expect(upwardImports([{ path: 'js/tiers/x.ts', text }])).toEqual([])
})

test('a folder that nobody ranked is found', () => {
  expect(upwardImports([{ path: 'js/misc/x.ts', text: '' }])).toHaveLength(1)
})
