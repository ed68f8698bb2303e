import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Allocated } from './allocated.ts'

const execute = promisify(execFile)

/** A young generation so large that a million calls do not fill it: what was allocated is then all still there. */
const FLAGS = ['--max-semi-space-size=1024', '--min-semi-space-size=1024', '--max-old-space-size=4096']

/** Measures what awaited hits allocate, in a process for each caller. */
export async function allocations(): Promise<Allocated[]> {
  const script = join(import.meta.dirname, '..', 'allocations.ts')
  const run = async (...args: string[]) => {
    const { stdout } = await execute(process.execPath, [...process.execArgv, ...FLAGS, script, ...args])
    return JSON.parse(stdout)
  }
  const allocated: Allocated[] = []
  for (const name of await run()) allocated.push(await run(name))
  return allocated
}
