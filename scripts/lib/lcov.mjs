// @ts-check
/** Reading an lcov report of Rust code, without the tests that stand in the same files. */

import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

/** Rust's convention: unit tests are a module at a file's end. */
const TESTS = /^#\[cfg\(test\)\]\r?\n(?:#\[.*\]\r?\n)*(?:pub )?mod \w+ \{/m

/**
 * Per file, the lines of code that are not a test's, and how many of them ran.
 *
 * @param {string} lcov
 * @param {string} root The folder that the answered paths are relative to.
 * @returns {{ path: string, covered: number, total: number }[]}
 */
export function codeLines(lcov, root) {
  return lcov
    .split('end_of_record')
    .flatMap((record) => {
      const file = /^SF:(.+)$/m.exec(record)?.[1]
      if (file === undefined) return []
      const path = relative(root, file)
      if (path.startsWith('tests/') || path.includes('/tests/') || path.endsWith('/tests.rs')) return []
      const end = firstTestLine(readFileSync(file, 'utf8'))
      const lines = [...record.matchAll(/^DA:(\d+),(\d+)/gm)].filter((line) => Number(line[1]) < end)
      return [{ path, covered: lines.filter((line) => Number(line[2]) > 0).length, total: lines.length }]
    })
    .filter(({ total }) => total > 0)
}

/** @param {string} source */
function firstTestLine(source) {
  const index = source.search(TESTS)
  return index < 0 ? Number.POSITIVE_INFINITY : source.slice(0, index).split('\n').length
}
