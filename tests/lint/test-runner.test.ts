import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cargoCounts, counts, sentence, sentenceCounts, sum, vitestCounts } from '../../scripts/lib/counts.mjs'
import { codeLines } from '../../scripts/lib/lcov.mjs'
import { packagesArePresent } from '../../scripts/lib/packages.mjs'
import { run } from '../../scripts/lib/process.mjs'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnicache-test-runner-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('counting', () => {
  test('every test binary of cargo counts, coloured or not', () => {
    const output = [
      'test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s',
      'test result: \u001b[31mFAILED\u001b[m. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out',
    ].join('\n')
    expect(cargoCounts(output)).toEqual(counts(15, 2, 1))
  })

  test('a test file that vitest could not load is one failure', () => {
    const report = {
      numPassedTests: 4,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [
        { status: 'failed', assertionResults: [] },
        { status: 'failed', assertionResults: [{ status: 'failed' }] },
      ],
    }
    expect(vitestCounts(JSON.stringify(report))).toEqual(counts(4, 2, 3))
  })

  test('the last summing line counts, and says skipped only where there are any', () => {
    expect(sentenceCounts('1 passed, 1 failed\nmore\n3 passed, 0 failed, 2 skipped\n')).toEqual(counts(3, 0, 2))
    expect(sentenceCounts('nothing of the sort')).toEqual(counts())
    expect(sentence(sum([counts(1), counts(2, 1)]))).toBe('3 passed, 1 failed')
    expect(sentence(counts(1, 0, 2))).toBe('1 passed, 0 failed, 2 skipped')
  })
})

describe('running commands', () => {
  const node = (code: string, limitMs: number) => run(process.execPath, ['-e', code], { limitMs })

  test('output and exit code are recorded', async () => {
    const result = await node("console.log('out'); console.error('err'); process.exitCode = 3", 10_000)
    expect(result).toMatchObject({ ok: false, code: 3, timedOut: false })
    expect(result.output.split('\n').sort()).toEqual(['', 'err', 'out'])
  })

  test('a command that hangs ends at its limit', async () => {
    const result = await node("console.log('up'); setInterval(() => {}, 1000)", 300)
    expect(result).toMatchObject({ ok: false, timedOut: true })
  })

  test('what a command leaves running ends with it', async () => {
    const server = "const s = require('net').createServer().listen(0, () => console.log(s.address().port))"
    const command = [
      `const left = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(server)}])`,
      'left.stdout.on("data", (port) => { process.stdout.write(port); process.exit(0) })',
    ].join('\n')
    const result = await node(command, 10_000)
    expect(result.ok).toBe(true)
    const port = Number(result.output)
    expect(port).toBeGreaterThan(0)
    await expect.poll(() => accepts(port)).toBe(false)
  })

  test('a command that does not exist is a failure, not an exception', async () => {
    const result = await run('omnicache-no-such-command', [])
    expect(result).toMatchObject({ ok: false, code: 1 })
    expect(result.output).toContain('omnicache-no-such-command')
  })
})

test('packages are present where npm installed just what the lockfile names', () => {
  const lock = (packages: Record<string, unknown>) => JSON.stringify({ packages })
  const wanted = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  }
  writeFileSync(join(folder, 'package-lock.json'), lock(wanted))
  expect(packagesArePresent(folder)).toBe(false)

  mkdirSync(join(folder, 'node_modules'))
  const installed = (packages: Record<string, unknown>): boolean => {
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), lock(packages))
    return packagesArePresent(folder)
  }
  expect(installed({ 'node_modules/a': { version: '1.0.0' } })).toBe(true)
  expect(installed({ 'node_modules/a': { version: '1.0.1' } })).toBe(false)
  expect(installed({ 'node_modules/b': { version: '2.0.0' } })).toBe(false)
  expect(installed({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/c': { version: '1.0.0' } })).toBe(false)
})

test('coverage counts code, and neither the tests below it nor files of tests', () => {
  const source = 'pub fn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn t() {}\n}\n'
  writeFileSync(join(folder, 'code.rs'), source)
  const record = (path: string) => `SF:${path}\nDA:1,4\nDA:2,0\nDA:5,1\nend_of_record\n`
  const lcov = record(join(folder, 'code.rs')) + record(join(folder, 'tests', 'all.rs'))
  expect(codeLines(lcov, folder)).toEqual([{ path: 'code.rs', covered: 1, total: 2 }])
})

/** Whether somebody listens on a port of this machine. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
