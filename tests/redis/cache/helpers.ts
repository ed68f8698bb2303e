import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, expect } from 'vitest'
import { CacheManager } from '../../../js/cache/manager.ts'
import type { ManagerOptions } from '../../../js/config/types.ts'
import { delay } from '../../helpers/delay.ts'
import { Stillness } from '../../helpers/stillness.ts'

/** The limit of one operation in L2, in ms, and how much more a call may take while the process runs. */
export const LIMIT = 250
export const TOLERANCE = 100

const open: CacheManager[] = []
afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close()
})

/** A cache that is closed after the test. */
export function makeCache(options: ManagerOptions): CacheManager {
  const cache = new CacheManager({
    maxBytes: '64MB',
    timeouts: { close: '500ms' },
    ...options,
    regions: { live: {}, packed: { store: 'packed' }, compressed: { compression: true }, ...options.regions },
  })
  open.push(cache)
  return cache
}

/** Waits until `check` passes. */
export async function eventually(check: () => unknown, limit = 10_000): Promise<void> {
  const end = performance.now() + limit
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      if (performance.now() > end) throw error
      await delay(20)
    }
  }
}

/** Waits until the circuit is in this state and, where it is closed, the journal is empty. */
export function untilState(cache: CacheManager, state: 'open' | 'closed'): Promise<void> {
  return eventually(() => {
    const { l2 } = cache.status()
    expect(l2.state).toBe(state)
    if (state === 'closed' && l2.state !== 'none') expect(l2.journal.length).toBe(0)
  })
}

/** How long the slowest of these took, in ms, while the process was running; none may reject. */
export async function slowest(calls: readonly (() => Promise<unknown>)[]): Promise<number> {
  const stillness = new Stillness()
  try {
    return Math.max(...(await Promise.all(calls.map((call) => ranFor(call, stillness)))))
  } finally {
    stillness.stop()
  }
}

async function ranFor(call: () => Promise<unknown>, stillness: Stillness): Promise<number> {
  const start = performance.now()
  const still = stillness.total()
  await call()
  return performance.now() - start - (stillness.total() - still)
}

/** Every kind of call on a region. */
export function everyCall(cache: CacheManager, region: string): (() => Promise<unknown>)[] {
  return [
    () => cache.get(region, 'a'),
    () => cache.get(region, 'missing'),
    () => cache.getMany(region, ['a', 'b', 'missing']),
    () => cache.has(region, 'other'),
    () => cache.set(region, 'a', 1),
    () => cache.setMany(region, { b: 2, c: 3 }),
    () => cache.delete(region, 'd'),
    () => cache.deleteMany(region, ['e', 'f']),
    () => cache.getOrSet(region, 'g', () => 7),
    () => cache.transaction(region, (tx) => tx.set('h', 8)).catch(onlyUnknown),
    () => cache.warm(region, { i: 9 }),
    () => cache.clear(region),
  ]
}

/** The one thing that a call may reject with because L2 is away: a commit whose answer was lost. */
export function onlyUnknown(error: unknown): void {
  expect(error).toMatchObject({ name: 'CacheError', code: 'COMMIT_UNKNOWN' })
}

/** How a Node process ended that ran `script`, which may import from `js`. */
export async function runProcess(
  script: string,
  limit = 15_000,
): Promise<{ code: number | null; signal: string | null; output: string }> {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], { cwd: root })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const timer = setTimeout(() => child.kill('SIGKILL'), limit)
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, output })
    })
  })
}
