import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCENARIOS } from './scenarios.ts'
import { found } from './secrets.ts'

let folder = ''
let inMemory: Readonly<Record<string, readonly string[]>> = {}
let heap = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'omnicache-secrecy-'))
  const [program, snapshot] = [join(import.meta.dirname, 'program.ts'), join(folder, 'heap')]
  const told = execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', program, snapshot])
  inMemory = JSON.parse(told.toString())
  heap = readFileSync(snapshot, 'utf8')
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(Object.keys(SCENARIOS))('of %s, in an encrypted region,', (name) => {
  it('nothing is left in the memory of the core', () => {
    expect(inMemory[name]).toEqual([])
  })

  it('nothing is left in the heap', () => {
    expect(found(name, (part) => heap.includes(part))).toEqual([])
  })
})
