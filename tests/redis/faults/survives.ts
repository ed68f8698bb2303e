import { expect } from 'vitest'
import { eventually } from '../cache/helpers.ts'
import type { Fleet } from './fleet.ts'
import { ALL, FLEET, type LoadReport, type Numbers, pairOf, TAGGED, UNKNOWN } from './messages.ts'

/** The limit of one operation in L2, in ms, and how much more a call may take. */
const LIMIT = 250
const TOLERANCE = 100

/** How long everything may take to heal on a busy machine, in ms. */
const HEALING = 20_000

/** What goes wrong, and what may be lost by it. */
export interface Trial {
  readonly seed: number
  /** Does it, and undoes it where need be. */
  readonly fault: () => Promise<unknown>
  /** Whether the server itself may lose entries by it. */
  readonly loses?: boolean
  /**
   * Whether the servers themselves may go back to an older state: the last that the old master had acknowledged is
   * nowhere then. What counts is what is written afterwards.
   */
  readonly goesBack?: boolean
}

/**
 * Puts the processes under load before, during and after a fault. No call may be rejected or late, no process may read
 * what is older than what it has read, and in the end all must find what was written last. Answers what went wrong behind
 * the calls.
 */
export async function survives(
  fleet: Fleet,
  { seed, fault, loses = false, goesBack = false }: Trial,
): Promise<readonly string[]> {
  const before = await fleet.load(seed, 500)
  const during = await loadUntil(fleet, seed + 100, fault())
  await eventually(async () => expect(await fleet.settled()).toBe(true), HEALING)
  const rewritten = goesBack ? await fleet.rewrite() : []
  const after = await fleet.load(seed + 1_000, 500)
  const reports = [...before, ...during, ...after]

  expect(reports.flatMap(({ rejected }) => rejected)).toEqual([])
  expect((goesBack ? [...before, ...after] : reports).flatMap(({ backwards }) => backwards)).toEqual([])
  expect(Math.max(...reports.map(({ longest }) => longest))).toBeLessThan(LIMIT + TOLERANCE)
  expect(reports.every(({ calls }) => calls > 0)).toBe(true)

  const last: Numbers = Object.assign({}, ...rewritten, ...reports.map(({ written }) => written))
  await eventually(async () => expect(await fleet.settled()).toBe(true), HEALING)
  await eventually(async () => {
    for (const found of await fleet.read()) expect(wrong(found, last, loses)).toEqual([])
  }, HEALING)
  return [...new Set(after.flatMap(({ errors }) => errors))]
}

/** Loads in a row until `fault` is over. */
async function loadUntil(fleet: Fleet, seed: number, fault: Promise<unknown>): Promise<LoadReport[]> {
  let over = false
  const ended = fault.finally(() => {
    over = true
  })
  const reports: LoadReport[] = []
  for (let i = 0; !over; i++) reports.push(...(await fleet.load(seed + i, 500)))
  await ended
  return reports
}

/**
 * Keys under which a process finds something else than what was written last. What the server lost may be missing, and
 * so may a tagged entry: it goes where nobody can tell whether its tag was deleted before it was written or after.
 */
function wrong(found: Numbers, last: Numbers, loses: boolean): string[] {
  const mayMiss = (name: string) => loses || name.startsWith(`${TAGGED}/`)
  const names = Object.entries(ALL).flatMap(([region, keys]) => keys.map((key) => `${region}/${key}`))
  const differs = names.flatMap((name) => {
    const [there, expected] = [found[name], last[name] || undefined]
    const right = there === expected || expected === UNKNOWN || (mayMiss(name) && there === undefined)
    return right ? [] : [`${name}: ${there}, not ${expected}`]
  })
  return [...differs, ...(loses ? [] : torn(found))]
}

/** Transactions of which one half is there without the other. */
function torn(found: Numbers): string[] {
  const pairs = Array.from({ length: FLEET }, (_, writer) => pairOf(writer))
  return pairs.filter(([a, b]) => found[`live/${a}`] !== found[`live/${b}`]).map((pair) => pair.join(' and '))
}
