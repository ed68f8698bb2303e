import { expect, test } from 'vitest'
import { files, type SourceFile } from './tree.ts'

/** A file that is longer holds more than one idea. */
const MAX_LINES = 350

function tooLong(sources: readonly SourceFile[]): string[] {
  return sources
    .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines`)
}

test('no source file is too long to be read at a sitting', () => {
  expect(tooLong(files(/^(js|src|scripts|demo|bench|tests)\/.*\.(ts|rs|mjs)$/))).toEqual([])
})

test('a file that is too long is found', () => {
  const text = (lines: number): string => 'x\n'.repeat(lines)
  expect(tooLong([{ path: 'js/right.ts', text: text(MAX_LINES) }])).toEqual([])
  expect(tooLong([{ path: 'js/long.ts', text: text(MAX_LINES + 1) }])).toEqual([
    `js/long.ts has ${MAX_LINES + 1} lines`,
  ])
})
