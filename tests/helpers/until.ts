import { delay } from './delay.ts'

/** How long something may take on a busy machine, in ms. */
const LIMIT = 20_000

/** Waits until `met` answers anything but false and does not throw; asks every few ms. */
export async function until(met: () => unknown, limit = LIMIT): Promise<void> {
  const end = performance.now() + limit
  for (let failure: unknown; ; ) {
    try {
      if ((await met()) !== false) return
    } catch (error) {
      failure = error
    }
    if (performance.now() > end) throw new Error(`waited ${limit} ms in vain`, { cause: failure })
    await delay(20)
  }
}
