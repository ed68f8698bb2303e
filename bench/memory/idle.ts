/**
 * An idle loop in a process of its own: how long this machine takes a processor away from one
 * that does nothing. It starts at the message `start`, and answers `stop` with the longest time
 * between two looks at the clock, in ms.
 */

import { setImmediate } from 'node:timers/promises'

/** For how long it looks at the clock before it listens for messages, in ms. */
const SLICE = 20

let running = false
let longest = 0

process.on('message', (message: 'start' | 'stop') => {
  running = message === 'start'
  if (running) void watch()
  else process.send?.(longest)
})

async function watch(): Promise<void> {
  longest = 0
  while (running) {
    const start = performance.now()
    for (let last = start, now = start; now < start + SLICE; last = now) {
      now = performance.now()
      longest = Math.max(longest, now - last)
    }
    await setImmediate()
  }
}
