import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { denoKvDriver } from '../../js/tiers/deno-kv.ts'
import { isInstalled, requireHere } from './runtime.ts'

describe.skipIf(!isInstalled('@deno/linux-x64-glibc'))('Deno KV, in Deno', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'omnicache-deno-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('is a tier that does all that a driver must', async () => {
    const outfile = join(folder, 'host.mjs')
    const entry = fileURLToPath(new URL('deno-host.ts', import.meta.url))
    await build({ entryPoints: [entry], bundle: true, format: 'esm', outfile })
    const deno = join(requireHere.resolve('@deno/linux-x64-glibc/package.json'), '..', 'deno')
    const args = ['run', '--unstable-kv', '--no-config', '--no-lock', outfile]
    const { stdout } = await promisify(execFile)(deno, args, { cwd: folder, timeout: 150_000 })
    expect(JSON.parse(stdout)).toEqual([])
  }, 180_000)
})

describe('what is no Deno KV', () => {
  it.each([[undefined], [{}], [{ get: () => null }]])('%j is refused', (none) => {
    expect(() => denoKvDriver(none as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })
})
