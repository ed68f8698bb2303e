import { NAMES, TAG } from './plan.ts'
import type { Process } from './process.ts'

/** What the last change of a key is. */
const CHANGES = ['set', 'delete', 'clear', 'deleteByTag'] as const

/** What the origin says where nobody may have a value any more. */
const GONE = new Error('there is no such value')

/** Where the last words are spoken. */
export interface LastWordsWorld {
  readonly present: readonly Process[]
  readonly advance: (ms: number) => Promise<void>
  readonly fail: (text: string) => void
}

/**
 * When all is healed, each key is written or invalidated once more, by one process after the other: from
 * then on, and after `settle` ms, nobody may see what was before, not even a call that takes what is stale.
 */
export async function lastWords(
  { present, advance, fail }: LastWordsWorld,
  seed: number,
  settle: number,
): Promise<void> {
  const expected = new Map<string, string | undefined>()
  for (const [i, { region, key }] of NAMES.entries()) {
    const writer = present[(seed + i) % present.length] as Process
    const change = CHANGES[(seed + i) % CHANGES.length] as (typeof CHANGES)[number]
    const value = change === 'set' ? `final ${region}:${key}` : undefined
    if (change === 'clear') for (const one of NAMES) if (one.region === region) expected.set(nameOf(one), undefined)
    expected.set(nameOf({ region, key }), value)
    const done = speak(writer, change, region, key)
    await advance(40)
    await done
  }
  await advance(settle)
  const reads = NAMES.map(({ region, key }) =>
    Promise.all(present.map(async ({ name, cache }) => ({ name, answers: await answersOf(cache, region, key) }))),
  )
  await advance(100)
  for (const [i, found] of (await Promise.all(reads)).entries()) {
    const name = nameOf(NAMES[i] as (typeof NAMES)[number])
    for (const { name: reader, answers } of found) {
      for (const answer of answers) {
        if (answer !== expected.get(name)) fail(`${reader} reads ${answer} under ${name}, not ${expected.get(name)}`)
      }
    }
  }
}

function nameOf({ region, key }: (typeof NAMES)[number]): string {
  return `${region}:${key}`
}

/** The last change of a key; `deleteByTag` is one of a value that was written just before. */
async function speak({ cache }: Process, change: (typeof CHANGES)[number], region: string, key: string) {
  if (change === 'set') return cache.set(region, key, `final ${region}:${key}`)
  if (change === 'delete') return cache.delete(region, key)
  if (change === 'clear') return cache.clear(region)
  await cache.set(region, key, 'tagged', { tags: [TAG] })
  return cache.deleteByTag(region, TAG)
}

/** What a process is told by `get`, and by a `getOrSet` that would take anything stale rather than what the origin says. */
async function answersOf(cache: Process['cache'], region: string, key: string): Promise<(string | undefined)[]> {
  const made = () => {
    throw GONE
  }
  const rules = { grace: '1h', swr: '1h' } as const
  const loaded = await cache.getOrSet<string>(region, key, made, rules).catch((error: unknown) => {
    if (error !== GONE) throw error
    return undefined
  })
  return [await cache.get<string>(region, key), loaded]
}
