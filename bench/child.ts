/**
 * One work in a process of its own: what the works before it left on the heap, or taught V8
 * about the caches' code, does not count. Answers its parent by message.
 */

import { measure } from './lib/measure.ts'
import type { Order, Report } from './lib/messages.ts'
import { WORKS } from './works/index.ts'

const order: Order = JSON.parse(process.argv[2] ?? '')

if (order.work === undefined) {
  process.send?.(WORKS.map(({ name }) => name))
} else {
  const work = WORKS.find(({ name }) => name === order.work)
  if (work === undefined) throw new Error(`no work is called ${order.work}`)
  const { name, title, about, against, hitRatio = false } = work
  const measured = await measure(await work.make(order.scale), order.plan)
  const report: Report = { name, title, about, against, hitRatio, measured }
  process.send?.(report)
}
process.disconnect?.()
