import type { Work } from '../works/work.ts'
import { type Measured, takeTurns, together } from './measure.ts'
import { type Order, type Port, RemotePerformer } from './orders.ts'
import type { Report } from './reports.ts'
import { nameAt, type Size, type SizeName, USUAL } from './sizes.ts'

/** A work at a size. */
export interface Job {
  readonly name: string
  readonly work: Work
  readonly size: SizeName
}

/** Every work at the sizes that it is done at, the smallest first. */
export function jobs(works: readonly Work[], sizes: readonly SizeName[]): Job[] {
  return sizes.flatMap((size) =>
    works
      .filter(({ large }) => size === USUAL || large?.[size] !== undefined)
      .map((work) => ({ name: nameAt(work.name, size), work, size })),
  )
}

/** Those that are asked for: by name, or by how it begins. */
export function chosen(all: readonly Job[], only: readonly string[]): Job[] {
  const found = all.filter(({ name }) => only.length === 0 || only.some((start) => name.startsWith(start)))
  if (found.length > 0) return found
  throw new Error(`--only takes one of ${all.map(({ name }) => name).join(', ')}, or how it begins`)
}

/** Where contenders are. */
export interface Stage {
  /** Opens a way to a new process, or worker. */
  readonly open: () => Port
  /** How many may get ready at once. */
  readonly lanes: number
}

/** Measures one job, with as many casts as its plan has. */
export async function run({ name, work, size }: Job, { plan, scale }: Size, stage: Stage): Promise<Report> {
  const names = Object.keys(work.contenders).filter((one) => size === USUAL || work.large?.[size]?.includes(one))
  const orders = names.map((contender): Order => ({ work: work.name, contender, plan, scale }))
  const casts: Measured[][] = []
  while (casts.length < (plan.casts ?? 1)) casts.push(await perform(orders, plan.rounds, stage))
  const { title, about, against, hitRatio = false } = work
  const measured = names.map((one) => together(one, casts.flat()))
  return { name, work: work.name, entries: scale.entries, title, about, against, hitRatio, measured }
}

/** One cast: a place of its own for each contender, all of them ready before the first turn. */
async function perform(orders: readonly Order[], rounds: number, { open, lanes }: Stage): Promise<Measured[]> {
  const performers: RemotePerformer[] = []
  try {
    await inParallel(lanes, orders, async (order) => {
      const performer = new RemotePerformer(order, open())
      performers.push(performer)
      await performer.prepare()
    })
    return await takeTurns(performers, rounds)
  } finally {
    for (const performer of performers) performer.close()
  }
}

/** Carries `task` out for each item, so many at once. */
async function inParallel<T>(lanes: number, items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items]
  const lane = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await task(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
