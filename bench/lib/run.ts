import { availableParallelism } from 'node:os'
import type { Work } from '../works/work.ts'
import { takeTurns } from './measure.ts'
import { RemotePerformer } from './remote.ts'
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
      .filter(({ large }) => size === USUAL || large !== undefined)
      .map((work) => ({ name: nameAt(work.name, size), work, size })),
  )
}

/** Those that are asked for: by name, or by how it begins. */
export function chosen(all: readonly Job[], only: readonly string[]): Job[] {
  const found = all.filter(({ name }) => only.length === 0 || only.some((start) => name.startsWith(start)))
  if (found.length > 0) return found
  throw new Error(`--only takes one of ${all.map(({ name }) => name).join(', ')}, or how it begins`)
}

/** Measures one job: a process for each contender, all of them ready before the first turn. */
export async function run({ name, work, size }: Job, { plan, scale }: Size): Promise<Report> {
  const names = Object.keys(work.contenders).filter((one) => size === USUAL || work.large?.includes(one))
  const performers: RemotePerformer[] = []
  try {
    await inParallel(names, async (contender) => {
      const performer = new RemotePerformer({ work: work.name, contender, plan, scale })
      performers.push(performer)
      await performer.prepare()
    })
    const measured = await takeTurns(performers, plan.rounds)
    const { title, about, against, hitRatio = false } = work
    return { name, work: work.name, entries: scale.entries, title, about, against, hitRatio, measured }
  } finally {
    for (const performer of performers) performer.close()
  }
}

/** Carries `task` out for each item, as many at once as there are processors. */
async function inParallel<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items]
  const lane = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await task(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
}
