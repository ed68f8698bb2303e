import { readFileSync } from 'node:fs'
import { CacheManager } from '../../js/index.ts'
import { memoryDriver } from '../../js/tiers/memory.ts'
import { quantile } from '../lib/figures.ts'
import { markdownTable } from '../lib/markdown.ts'
import { user } from './samples.ts'
import { Seeded } from './seeded.ts'

/** How long a call held the event loop, in ms. */
interface Held {
  readonly processor: number
  readonly clock: number
}

/** How long each of many calls held the event loop. */
export interface Hold {
  readonly call: string
  readonly samples: readonly Held[]
}

export const HOLDS = 'holds-1MB'

/** A call holds the event loop no longer at a time, in ms. */
const LIMIT = 5

/** The part of all calls for which that is so. */
const PART = 0.9

const HEADINGS = [HOLDS, 'ms', 'nine in ten', 'longest', 'by the clock', 'nine in ten', 'longest', 'calls']

const ABOUT = [
  'The longest time between two turns of the event loop from a call to its answer: values of 1 MB as JSON, in a region that',
  'compresses and encrypts, with an L2 in memory. Time is what the thread had of the processor; by the clock it is more where',
  'the machine has something else to do. The target is for nine in ten calls.',
].join('\n')

/** Calls that are not measured come first: V8 optimises in that time. */
const WARM_UPS = 10

const SIZE = 1024 * 1024
const REGION = 'large'

/** Sets values of 1 MB, and gets them from memory and from L2; `rounds` calls of each. */
export async function holds(rounds: number): Promise<Hold[]> {
  const users = usersOf(SIZE)
  const values: Record<string, unknown> = { text: JSON.stringify(users), objects: users }
  const all: Hold[] = []
  for (const [name, value] of Object.entries(values)) all.push(...(await holdsOf(name, value, rounds)))
  return all
}

/** A row each for the table of targets. */
export function holdTargets(all: readonly Hold[]): string[][] {
  return all.map(({ call, samples }) => {
    const held = quantile(
      samples.map(({ processor }) => processor),
      PART,
    )
    const came = `${held.toFixed(2)} ms`
    return [`${HOLDS}: ${call}`, came, '', '', came, `≤ ${LIMIT} ms`, held <= LIMIT ? 'yes' : 'NO']
  })
}

/** The part of a report about it. */
export function holdSection(all: readonly Hold[]): string[] {
  return ['## How long a call with 1 MB holds the event loop', ABOUT, holdTable(all)]
}

export function holdTable(all: readonly Hold[]): string {
  const cells = (samples: readonly number[]) => [0.5, PART, 1].map((part) => quantile(samples, part).toFixed(2))
  const rows = all.map(({ call, samples }) => [
    call,
    ...cells(samples.map(({ processor }) => processor)),
    ...cells(samples.map(({ clock }) => clock)),
    String(samples.length),
  ])
  return markdownTable(HEADINGS, rows)
}

async function holdsOf(name: string, value: unknown, rounds: number): Promise<Hold[]> {
  const l2 = memoryDriver()
  const [writer, reader] = [cacheOver(l2), cacheOver(l2)]
  const samples: Record<string, Held[]> = { set: [], 'get from memory': [], 'get from L2': [] }
  for (let i = 0; i < WARM_UPS + rounds; i++) {
    const key = `key ${i}`
    const held = {
      set: await heldBy(() => writer.set(REGION, key, value)),
      'get from memory': await heldBy(() => writer.get(REGION, key)),
      'get from L2': await heldBy(() => reader.get(REGION, key)),
    }
    if (i >= WARM_UPS) for (const [call, one] of Object.entries(held)) samples[call]?.push(one)
    await Promise.all([writer, reader].map((cache) => cache.delete(REGION, key)))
  }
  await Promise.all([writer.close(), reader.close()])
  return Object.entries(samples).map(([call, all]) => ({ call: `${call}, ${name}`, samples: all }))
}

function cacheOver(l2: ReturnType<typeof memoryDriver>): CacheManager {
  return new CacheManager({
    l2,
    bus: false,
    encryption: { keys: '1'.repeat(64) },
    regions: { [REGION]: { compression: true, encryption: true } },
  })
}

/** The longest time between two turns of the event loop from a call to its answer: of the processor, and by the clock. */
async function heldBy(call: () => Promise<unknown>): Promise<Held> {
  const longest = { processor: 0, clock: 0 }
  let last = times()
  const look = () => {
    const now = times()
    longest.processor = Math.max(longest.processor, now.processor - last.processor)
    longest.clock = Math.max(longest.clock, now.clock - last.clock)
    last = now
  }
  let turn: NodeJS.Immediate
  const watch = () => {
    look()
    turn = setImmediate(watch)
  }
  turn = setImmediate(watch)
  const answer = await call()
  look()
  clearImmediate(turn)
  if (!answer) throw new Error('a call with 1 MB came to nothing')
  return longest
}

/** What this thread has had of the processor, and the time, in ms. */
function times(): Held {
  const clock = performance.now()
  // The kernel brings the thread's own figure up to date when it is asked for that of the process.
  process.cpuUsage()
  try {
    const [ran] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')
    return { processor: Number(ran) / 1e6, clock }
  } catch {
    return { processor: clock, clock }
  }
}

/** Users whose JSON has so many bytes. */
function usersOf(bytes: number): unknown[] {
  const random = new Seeded(1)
  const users: unknown[] = []
  for (let length = 2; length < bytes; length += JSON.stringify(users.at(-1)).length + 1) users.push(user(random))
  return users
}
