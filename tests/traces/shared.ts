import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Policy } from '../../js/simulate/policies.ts'
import { type CellResult, simulate } from '../../js/simulate/simulate.ts'
import type { SizeSpec } from '../../js/simulate/sizes.ts'
import { joined } from '../../js/simulate/trace/joined.ts'
import { openTrace, type Trace } from '../../js/simulate/trace/trace.ts'

/** The traces are no part of the repository: tests that need them are skipped where they are not. */
const FOLDER = join(import.meta.dirname, '..', '..', '..', 'shared', 'traces')

/** Where the reference hit ratios are. */
const README = join(FOLDER, 'README.md')

/** Whether this machine has the traces. */
export const hasTraces = existsSync(README)

/** The text of the page that describes the traces; empty where this machine has none. */
export const page = hasTraces ? readFileSync(README, 'utf8') : ''

/** The rows of the first table in the page whose heading begins so; each is a list of cells. */
export function tableAfter(...heading: readonly string[]): string[][] {
  const lines = page.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  const start = lines.findIndex((cells) => heading.every((name, i) => cells[i] === name))
  if (start < 0) throw new Error(`the page has no table of ${heading.join(', ')}`)
  const end = lines.findIndex((cells, i) => i > start && cells.length === 0)
  return [lines[start] ?? [], ...lines.slice(start + 2, end)]
}

/** The files of each trace that the reference names. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  loop: ['lirs_loop.trace.gz'],
  multi1: ['lirs_multi1.trace.gz'],
  multi2: ['lirs_multi2.trace.gz'],
  sprite: ['lirs_sprite.trace.gz'],
  cpp: ['lirs_cpp.trace.gz'],
  zigzag: ['lirs_zigzag.trace.gz'],
  twolf: ['address_twolf.trace.gz'],
  OLTP: ['arc_OLTP.lis.zst'],
  corda: ['corda_vaultservice.gz'],
  stress: ['corda_vaultservice.gz', 'lirs_loop.trace.gz', 'corda_vaultservice.gz'],
  web07: ['cache2k_web07.trace.xz'],
  apache: ['apache_access.log.gz'],
  'adapt_size (keys)': ['adapt_size_request.trace.xz'],
}

/** One line of the reference: hit ratios in percent, by the name of their column. */
export interface Reference {
  readonly trace: string
  readonly entries: number
  readonly ratios: Readonly<Record<string, number>>
}

/** The reference table; empty where this machine has none. */
export function reference(): Reference[] {
  if (!hasTraces) return []
  const [header = [], ...rows] = tableAfter('trace', 'entries')
  return rows.map(([trace = '', amount, ...ratios]) => ({
    trace,
    entries: Number(amount),
    ratios: Object.fromEntries(ratios.map((ratio, i) => [header[i + 2] ?? '', Number(ratio)])),
  }))
}

/** Opens a file of the traces. */
export function openFile(file: string): Promise<Trace> {
  return openTrace(join(FOLDER, file))
}

/** Opens a trace that the reference names. */
export async function open(name: string): Promise<Trace> {
  const files = FILES[name]
  if (files === undefined) throw new Error(`the reference has a trace '${name}' that no file is known of`)
  const parts = await Promise.all(files.map(openFile))
  const [only] = parts
  return parts.length === 1 && only !== undefined ? only : joined(parts)
}

/** Plays a trace to caches of some policies and sizes. */
export async function play(
  name: string,
  policies: readonly Policy[],
  sizes: readonly SizeSpec[],
  favor: 'objects' | 'bytes' = 'objects',
): Promise<Played> {
  const result = await simulate(await open(name), { policies, sizes, sizesChosen: true, favor })
  return new Played(result.cells, result.requests, result.bytes)
}

/** What came of it, in percent. */
export class Played {
  readonly #cells: readonly CellResult[]
  readonly #requests: number
  readonly #bytes: number

  constructor(cells: readonly CellResult[], requests: number, bytes: number) {
    this.#cells = cells
    this.#requests = requests
    this.#bytes = bytes
  }

  /** The hit ratio at so many entries. */
  ratio(policy: Policy, entries: number): number {
    return (100 * this.#find(policy, ({ size }) => size.amount === entries).hits) / this.#requests
  }

  /** The object and byte hit ratios of the only size. */
  only(policy: Policy): { readonly objects: number; readonly bytes: number } {
    const { hits, hitBytes } = this.#find(policy, () => true)
    return { objects: (100 * hits) / this.#requests, bytes: (100 * hitBytes) / this.#bytes }
  }

  #find(policy: Policy, is: (cell: CellResult) => boolean): CellResult {
    const found = this.#cells.find((cell) => cell.policy === policy && is(cell))
    if (found === undefined) throw new Error(`${policy} was not played at that size`)
    return found
  }
}

/** So many entries, as the simulator wants them. */
export function entries(amount: number): SizeSpec {
  return { kind: 'entries', amount }
}

/** The mean of some numbers. */
export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length
}
