import { type Act, KEYS, type OperationKind, type Step } from './plan.ts'

/** A whole number from 0 on, below another. */
type Below = (n: number) => number

/** What chance alone seldom brings about: steps of three processes, after which all goes on. */
export type Episode = (region: string, below: Below) => Step[]

/** The episodes for processes with a bus, or without one. */
export function episodes(bus: boolean): readonly Episode[] {
  if (!bus) return [standstill, lateClear, borrowedTrust]
  return [standstill, lateClear, overtakenToken, unsaid, clearedUnder, overtakenReplay, overtakenWrite]
}

/** Three processes whose networks are well, and which know it. */
function alone(region: string): Step[] {
  return [0, 1, 2].flatMap((process): Step[] => [
    { act: { type: 'resume', process, backwards: false }, wait: 0 },
    { act: { type: 'network', process, network: 'well' }, wait: process < 2 ? 0 : 12_000 },
    { act: asks(process, 'get', region), wait: 20 },
  ])
}

function asks(
  process: number,
  kind: OperationKind,
  region: string,
  more: { keys?: readonly string[]; tagged?: boolean } = {},
): Act {
  const { keys = ['a'], tagged = false } = more
  return { type: 'operation', process, kind, region, keys, tagged, takes: 0, fails: false, rules: 'plain' }
}

/**
 * A process stands still while it commits, and meanwhile one that is cut off writes the same key, and
 * then one that is not. The commit is older than both.
 */
function standstill(region: string, below: Below): Step[] {
  return [
    ...alone(region),
    { act: asks(0, 'transaction', region, { keys: KEYS }), wait: below(6) },
    { act: { type: 'pause', process: 0 }, wait: 0 },
    { act: { type: 'network', process: 1, network: 'cut' }, wait: 10 },
    { act: asks(1, 'set', region), wait: 20 },
    { act: asks(2, 'set', region), wait: 20 },
    { act: { type: 'resume', process: 0, backwards: true }, wait: 100 },
  ]
}

/** The network holds a clear back; meanwhile one that is cut off writes a key, and then another deletes it. */
function lateClear(region: string, below: Below): Step[] {
  return [
    ...alone(region),
    { act: { type: 'network', process: 1, network: 'cut' }, wait: 10 },
    { act: asks(0, 'clear', region), wait: below(6) },
    { act: { type: 'network', process: 0, network: 'held' }, wait: 20 },
    { act: asks(1, 'set', region), wait: 20 },
    { act: asks(2, 'delete', region), wait: 1200 },
    { act: { type: 'network', process: 0, network: 'well' }, wait: 100 },
  ]
}

/**
 * A process knows a tag's token from one entry, and reads another with it when the tag has been deleted
 * and the token is about to be looked up again: it may trust the entry for no longer than the token.
 */
function borrowedTrust(region: string, below: Below): Step[] {
  const tagged = { tagged: true }
  return [
    ...alone(region),
    { act: asks(0, 'set', region, { ...tagged, keys: ['a'] }), wait: 20 },
    { act: asks(0, 'set', region, { ...tagged, keys: ['b'] }), wait: 600 },
    { act: asks(1, 'get', region, { keys: ['b'] }), wait: 20 + below(20) },
    { act: asks(0, 'deleteByTag', region), wait: 1_700 + below(200) },
    { act: asks(1, 'get', region), wait: 1_000 + below(300) },
    { act: asks(1, 'get', region), wait: 20 },
  ]
}

/** While a process waits for an answer that tells it a tag's token, another deletes the tag, and it hears of that first. */
function overtakenToken(region: string, below: Below): Step[] {
  return [
    ...alone(region),
    { act: asks(0, 'set', region, { tagged: true }), wait: 100 },
    { act: { type: 'bus', process: 0, state: 'well' }, wait: 0 },
    { act: { type: 'bus', process: 1, state: 'well' }, wait: 300 },
    { act: { type: 'network', process: 1, network: 'lagging' }, wait: 0 },
    { act: asks(1, 'get', region), wait: 20 + below(150) },
    { act: asks(0, 'deleteByTag', region), wait: 300 },
    { act: { type: 'network', process: 1, network: 'well' }, wait: 20 },
    { act: asks(1, 'get', region), wait: 20 },
  ]
}

/** A process commits what others have in memory, and at the same time another clears the region. */
function clearedUnder(region: string, below: Below): Step[] {
  return [
    ...alone(region),
    { act: { type: 'bus', process: 0, state: 'well' }, wait: 100 },
    { act: asks(1, 'clear', region), wait: below(3) },
    { act: asks(0, 'transaction', region, { keys: KEYS }), wait: 1_000 },
    { act: asks(0, 'clear', region), wait: below(3) },
    { act: asks(1, 'transaction', region, { keys: KEYS }), wait: 1_000 },
  ]
}

/**
 * What a process wrote waits, for L2 takes no writes of it; it reads what another wrote later. Then it is cut off:
 * what waits is older than what it has read.
 */
export function outlived(region: string): Step[] {
  return [
    ...alone(region),
    { act: { type: 'network', process: 0, network: 'full' }, wait: 20 },
    { act: asks(0, 'set', region), wait: 300 },
    { act: asks(1, 'set', region), wait: 2_300 },
    { act: asks(0, 'get', region), wait: 2_300 },
    { act: { type: 'network', process: 0, network: 'cut' }, wait: 20 },
    { act: asks(0, 'get', region), wait: 20 },
  ]
}

/** A process dies when L2 has taken its write, and before it could tell the others, who have the old one in memory. */
function unsaid(region: string): Step[] {
  return [
    ...alone(region),
    { act: { type: 'bus', process: 1, state: 'well' }, wait: 0 },
    { act: asks(0, 'set', region), wait: 300 },
    { act: asks(1, 'get', region), wait: 20 },
    { act: { type: 'bus', process: 0, state: 'silent' }, wait: 0 },
    { act: asks(0, 'set', region), wait: 20 },
    { act: { type: 'crash', process: 0 }, wait: 20 },
    { act: asks(1, 'get', region), wait: 20 },
  ]
}

/** Its bus was away for a moment: it looks up in the tier what it holds. */
function doubts(process: number): Step[] {
  return [
    { act: { type: 'bus', process, state: 'cut' }, wait: 5 },
    { act: { type: 'bus', process, state: 'well' }, wait: 20 },
  ]
}

/**
 * What a process wrote waits, for the tier took no writes of it for a moment. While that is sent it reads the key, and
 * answers overtake one another.
 */
function overtakenReplay(region: string, below: Below): Step[] {
  return [
    ...alone(region),
    { act: asks(0, 'set', region), wait: 300 },
    { act: { type: 'network', process: 0, network: 'full' }, wait: 0 },
    { act: asks(0, 'set', region), wait: 20 },
    ...doubts(0),
    { act: { type: 'network', process: 0, network: 'crossing' }, wait: 0 },
    ...Array.from({ length: 40 }, () => ({ act: asks(0, 'get', region), wait: below(8) })),
  ]
}

/** Of two writes under way the later arrives, and the earlier does not; then the process is cut off, and reads. */
function overtakenWrite(region: string, below: Below): Step[] {
  return [
    ...alone(region),
    { act: { type: 'network', process: 0, network: 'slow' }, wait: 0 },
    { act: asks(0, 'set', region), wait: 10 + below(50) },
    { act: { type: 'network', process: 0, network: 'crossing' }, wait: 0 },
    { act: asks(0, 'set', region), wait: 260 },
    { act: { type: 'network', process: 0, network: 'cut' }, wait: 20 },
    ...doubts(0),
    { act: asks(0, 'get', region), wait: 20 },
  ]
}
