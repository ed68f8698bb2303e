import { expect, test } from 'vitest'
import { importsOf } from './imports.ts'
import { files, type SourceFile } from './tree.ts'

/**
 * The folders and files of js/, from the ground up. Each may import what stands before it,
 * and itself. What reads options serves the synchronous cache too; the options of a manager
 * name tiers, codecs and loggers.
 */
const LAYERS = [
  ...['errors', 'runtime', 'clock', 'lazy', 'requests', 'inspect', 'core', 'codec'],
  ...['config/units', 'config/keys', 'config/nearest', 'config/schema'],
  ...['config/fields', 'memory', 'tiers', 'observe', 'config', 'flow', 'cache', 'index', 'entries'],
  // For tests of users and our own. It stands on the tiers.
  'testing',
  // The program `omnicache`, which stands on all of it.
  ...['terminal', 'simulate', 'dictionary', 'cli'],
]

/** The place of a file in that order; the longest name that fits counts. -1 where none does. */
function rankOf(path: string): number {
  const fitting = LAYERS.filter((layer) => path.startsWith(`js/${layer}/`) || path === `js/${layer}.ts`)
  return LAYERS.indexOf(fitting.sort((a, b) => b.length - a.length)[0] ?? '')
}

function upwardImports(sources: readonly SourceFile[]): string[] {
  return sources.flatMap((source) => {
    const rank = rankOf(source.path)
    if (rank < 0) return [`${source.path} is in no layer: add its folder to the list`]
    return importsOf(source)
      .filter(({ file }) => file?.startsWith('js/') && rankOf(file) > rank)
      .map(({ file }) => `${source.path} imports ${file}`)
  })
}

test('imports in js/ only point down', () => {
  const sources = files(/^js\/.*\.ts$/)
  expect(sources.length).toBeGreaterThan(0)
  expect(upwardImports(sources)).toEqual([])
})

test.each([
  ["import { Region } from '../cache/region/region.ts'", 'js/cache/region/region.ts'],
  ["import type { Flight } from '../flow/flight.ts'", 'js/flow/flight.ts'],
  ["export * from '../index.ts'", 'js/index.ts'],
  ["const later = () => import('../flow/flight.ts')", 'js/flow/flight.ts'],
  ["import { readOptions } from '../config/options.ts'", 'js/config/options.ts'],
  ["let flight: import('../flow/flight.ts').Flight", 'js/flow/flight.ts'],
])('an arrow that points up is found: %s', (text, file) => {
  expect(upwardImports([{ path: 'js/tiers/x.ts', text }])).toEqual([`js/tiers/x.ts imports ${file}`])
})

test('an arrow that points down, or beside, is not found', () => {
  const text =
    "import { a } from '../errors.ts'\nimport { b } from './driver.ts'\nimport { c } from '../config/units.ts'"
  expect(upwardImports([{ path: 'js/tiers/x.ts', text }])).toEqual([])
})

test('a folder that nobody ranked is found', () => {
  expect(upwardImports([{ path: 'js/misc/x.ts', text: '' }])).toHaveLength(1)
})
