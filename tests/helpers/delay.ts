import { setTimeout } from 'node:timers/promises'

/** Waits for real time to pass: only for what has a clock of its own, such as a server. */
export async function delay(ms: number): Promise<void> {
  await setTimeout(ms)
}
