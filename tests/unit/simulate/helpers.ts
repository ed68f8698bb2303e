import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Policy } from '../../../js/simulate/policies.ts'
import { type CellResult, simulate } from '../../../js/simulate/simulate.ts'
import { parseSizes } from '../../../js/simulate/sizes.ts'
import { openTrace, type TraceOptions } from '../../../js/simulate/trace/trace.ts'

const folder = mkdtempSync(join(tmpdir(), 'omnicache-traces-'))
let files = 0

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Writes a file into a folder of its own, which is gone after the tests; answers its path. */
export function file(content: string | Uint8Array, name = 'trace'): string {
  const path = join(folder, `${files++}-${name}`)
  writeFileSync(path, content)
  return path
}

/** One request as it was read. */
export interface Read {
  readonly low: number
  readonly high: number
  readonly size: number
}

/** All requests of a trace, and what it says of itself. */
export async function read(path: string, options: TraceOptions = {}) {
  const trace = await openTrace(path, options)
  const requests: Read[] = []
  const skipped = await trace.read(({ low, high, sizes, length }) => {
    for (let i = 0; i < length; i++) {
      requests.push({ low: low[i] as number, high: high[i] as number, size: sizes[i] as number })
    }
  })
  return { trace, requests, skipped }
}

/** Which requests are for the same key: the number of the request that was the first for it. */
export function pattern(requests: readonly Read[]): number[] {
  return requests.map((request) => requests.findIndex(({ low, high }) => low === request.low && high === request.high))
}

/** The cells of one policy for a trace of keys, one a line. */
export async function cellsOf(
  lines: readonly (string | number)[],
  policy: Policy,
  sizes: string,
): Promise<readonly CellResult[]> {
  const trace = await openTrace(file(lines.join('\n')), { format: 'keys' })
  const plan = { policies: [policy], sizes: parseSizes(sizes), sizesChosen: true, favor: 'objects' } as const
  return (await simulate(trace, plan)).cells
}
