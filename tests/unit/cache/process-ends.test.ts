import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const PROGRAM = join(import.meta.dirname, 'last-call.ts')

/** What the program prints at its end; it rejects where the process ends before, with exit code 13. */
async function last(...args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', PROGRAM, ...args])
  return JSON.parse(stdout)
}

const NOTHING_REKEYED = { done: 0, resealed: 0, current: 0, gone: 0, unreadable: 0 }

// 'fail' rejects at once, 'hang' never answers: neither leaves anything that would keep the process alive.
test.concurrent.each([
  ['ready', 'fail', false],
  ['ready', 'hang', false],
  ['set', 'hang', true],
  ['get', 'hang', null],
  ['delete', 'hang', false],
  ['close', 'fail', { unsent: 1 }],
  ['close', 'hang', { unsent: 1 }],
  ['lateClose', '', { unsent: 0 }],
  ['rekey', '', NOTHING_REKEYED],
  ['softTimeout', '', 'stale'],
  ['hardTimeout', '', 'TIMEOUT'],
  ['lockTimeout', '', 'made'],
])('a program whose last statement awaits %s comes to its end (L2: %s)', async (call, fault, answer) => {
  expect(await last(call, fault)).toEqual(answer)
})
