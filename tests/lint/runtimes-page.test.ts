import { expect, test } from 'vitest'
import { page, readResults } from '../../scripts/lib/runtimes-page.mjs'
import { GROUPS } from '../packaging/groups.mjs'
import { read } from './tree.ts'

const cells = GROUPS.flatMap((group) => group.cells)

test('docs/runtimes.md is what `npm run test:packaging:full` last wrote', () => {
  expect(read('docs/runtimes.md')).toBe(page(GROUPS, readResults()))
})

test('every cell of it was run, and passed', () => {
  const results = readResults()
  const others = cells.filter(({ id }) => results[id]?.state !== 'passes').map(({ id }) => id)
  expect(others).toEqual([])
})

test('no two cells have the same name, and none that of a group', () => {
  const names = [...GROUPS.map(({ id }) => id), ...cells.map(({ id }) => id)]
  expect(names.length).toBe(new Set(names).size)
})
