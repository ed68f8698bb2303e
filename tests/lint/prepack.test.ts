import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const copy = mkdtempSync(join(tmpdir(), 'omnicache-prepack-'))
afterAll(() => rmSync(copy, { recursive: true, force: true }))

test('a package is not made from a stale pkg/', { timeout: 60_000 }, () => {
  for (const name of ['package.json', 'Cargo.toml', 'Cargo.lock', 'scripts', 'xtask', 'src', 'pkg']) {
    cpSync(name, join(copy, name), { recursive: true })
  }
  appendFileSync(join(copy, 'src', 'lib.rs'), '\n// changed\n')
  const { status, stderr } = spawnSync('npm', ['run', 'prepack'], { cwd: copy, encoding: 'utf8' })
  expect(status).not.toBe(0)
  expect(stderr).toContain('pkg/ is stale')
})
