import { BoundCell } from './engine/bound.ts'
import type { Cell } from './engine/cell.ts'
import { EngineCell } from './engine/engine-cell.ts'
import { Intervals } from './engine/intervals.ts'
import { NextUses } from './engine/next-uses.ts'
import { OptimumCell } from './engine/optimum.ts'
import { Survey } from './engine/survey.ts'
import { type Policy, policyNumber } from './policies.ts'
import { needBytes, needTotals, resolveSizes, type Size, type SizeSpec } from './sizes.ts'
import type { Batch } from './trace/batch.ts'
import type { Trace } from './trace/trace.ts'
import { TraceError } from './trace/trace-error.ts'

/** What to simulate. */
export interface Plan {
  readonly policies: readonly Policy[]
  readonly sizes: readonly SizeSpec[]
  /** Whether the user chose the sizes. */
  readonly sizesChosen: boolean
  /** What a policy that can choose tries to hit most of. */
  readonly favor: 'objects' | 'bytes'
}

/** One policy at one size. */
export interface CellResult {
  readonly policy: Policy
  readonly size: Size
  readonly hits: number
  /** The bytes of the hits. Without meaning in a trace without sizes. */
  readonly hitBytes: number
  /** Whether this is no cache, but a bound that no cache can exceed. */
  readonly bound: boolean
}

/** What came out. */
export interface Result {
  readonly trace: Trace
  readonly requests: number
  /** The sum of all sizes. */
  readonly bytes: number
  /** How many keys the trace has; `undefined` where nobody had to count them. */
  readonly keys: number | undefined
  /** The bytes of all keys, each as first seen; `undefined` as `keys`. */
  readonly uniqueBytes: number | undefined
  /** Lines that were no requests. */
  readonly skipped: number
  /** Size by size in the order asked for, and in each the policies in theirs. */
  readonly cells: readonly CellResult[]
  /** How long the pass over the trace took in which the caches ran. */
  readonly seconds: number
}

/** Told how far one pass over the trace has come. */
export type OnProgress = (phase: 'count' | 'simulate', bytesRead: number) => void

/**
 * Plays a trace to caches of all policies and sizes at once. Memory is that of the caches; the
 * keys are counted, in a pass before, where sizes are shares of them or the optimum is wanted.
 *
 * @throws TraceError
 */
export async function simulate(trace: Trace, plan: Plan, onProgress: OnProgress = () => {}): Promise<Result> {
  if (needBytes(plan.sizes) && !trace.sized) {
    throw new TraceError(
      `${trace.name}: it does not tell the bytes of its objects (${trace.title}): give --sizes in entries or %`,
    )
  }
  const wantsNextUses =
    plan.policies.includes('optimum') && plan.sizes.some(({ kind }) => kind === 'entries' || kind === 'share')
  const next = wantsNextUses ? new NextUses() : undefined
  try {
    const survey = needTotals(plan.sizes) || next !== undefined ? await count(trace, next, onProgress) : undefined
    return await play(trace, plan, survey, next, onProgress)
  } finally {
    next?.dispose()
  }
}

/** What is kept of the survey; its keys are not. */
interface Totals {
  readonly requests: number
  readonly keys: number
  readonly uniqueBytes: number
}

async function count(trace: Trace, next: NextUses | undefined, onProgress: OnProgress): Promise<Totals> {
  const survey = new Survey(next?.add)
  await trace.read(
    (batch) => survey.run(batch),
    (read) => onProgress('count', read),
  )
  const { requests, keys, uniqueBytes } = survey
  next?.resolve(keys)
  return { requests, keys, uniqueBytes }
}

interface Running {
  readonly policy: Policy
  readonly size: Size
  readonly cell: Cell
  readonly bound: boolean
}

/** What the optimum rests on. */
interface Foresight {
  readonly requests: number
  readonly next: NextUses | undefined
  readonly intervals: Intervals | undefined
}

async function play(
  trace: Trace,
  plan: Plan,
  totals: Totals | undefined,
  next: NextUses | undefined,
  onProgress: OnProgress,
): Promise<Result> {
  const { keys, uniqueBytes } = totals ?? {}
  const sizes = resolveSizes(plan.sizes, totals ?? { keys: 0, uniqueBytes: 0 }, plan.sizesChosen)
  const bounded = plan.policies.includes('optimum') && sizes.some(({ unit }) => unit === 'bytes')
  const foresight = { requests: totals?.requests ?? 0, next, intervals: bounded ? new Intervals() : undefined }
  const running = sizes.flatMap((size) => plan.policies.map((policy) => start(policy, size, plan.favor, foresight)))
  let requests = 0
  let bytes = 0
  const consume = (batch: Batch): void => {
    requests += batch.length
    for (let i = 0; i < batch.length; i++) bytes += batch.sizes[i] as number
    foresight.intervals?.run(batch)
    for (const { cell } of running) cell.run(batch)
  }
  const began = performance.now()
  try {
    const skipped = await trace.read(consume, (read) => onProgress('simulate', read))
    if (requests === 0) throw new TraceError(`${trace.name}: there is no request in it (${trace.title})`)
    const seconds = (performance.now() - began) / 1_000
    const cells = running.map(({ cell: { hits, hitBytes }, ...rest }) => ({ ...rest, hits, hitBytes }))
    return { trace, requests, bytes, keys, uniqueBytes, skipped, cells, seconds }
  } finally {
    for (const { cell } of running) cell.dispose()
  }
}

function start(policy: Policy, size: Size, favor: Plan['favor'], foresight: Foresight): Running {
  const { unit, amount } = size
  if (policy === 'optimum') return { policy, size, cell: optimum(size, foresight), bound: unit === 'bytes' }
  const limits = { maxEntries: unit === 'entries' ? amount : Infinity, maxBytes: unit === 'bytes' ? amount : Infinity }
  return { policy, size, cell: new EngineCell(policyNumber(policy), favor === 'bytes', limits), bound: false }
}

function optimum({ unit, amount }: Size, { requests, next, intervals }: Foresight): Cell {
  if (unit === 'bytes' && intervals !== undefined) return new BoundCell(amount, intervals)
  if (unit === 'entries' && next !== undefined) return new OptimumCell(amount, requests, next)
  throw new Error('the optimum needs to know the future')
}
