import { tierError } from '../tier-error.ts'
import { get, inChunks, MAX_KEYS, unlink } from './commands.ts'
import { type RedisArgument, type RedisCommand, type RedisLink, type RedisReply, TIER } from './link.ts'
import { countOf, valuesOf, writeError } from './replies.ts'
import { hashSlot } from './slot.ts'

/** Keys that one command may name, and where each was in the list. */
interface Group {
  readonly keys: RedisArgument[]
  readonly places: number[]
}

/** What is under a key, or nothing. */
type Value = Uint8Array | undefined

/** One reply, and the places of the keys that it is about. */
interface GroupReply {
  readonly places: readonly number[]
  readonly reply: RedisReply
}

/**
 * What is under each key, in order. The first `current` are read from masters; for the others
 * a replica will do where the client has some, and a master where that replica does not answer.
 */
export async function readMany(link: RedisLink, keys: readonly string[], current: number): Promise<Value[]> {
  if (!link.replicas || current >= keys.length) return read(link, keys, false)
  const [first, others] = [keys.slice(0, current), keys.slice(current)]
  const fromAny = read(link, others, true).catch(() => read(link, others, false))
  return (await Promise.all([read(link, first, false), fromAny])).flat()
}

async function read(link: RedisLink, keys: readonly string[], replica: boolean): Promise<Value[]> {
  if (!link.cluster && keys.length <= MAX_KEYS) {
    const [reply] = await link.send([get(keys, replica)])
    if (reply instanceof Error) throw tierError(TIER, reply)
    return valuesOf(reply, keys.length)
  }
  const found = new Array<Value>(keys.length).fill(undefined)
  for (const { places, reply } of await sendGrouped(link, keys, (some) => get(some, replica))) {
    if (reply instanceof Error) throw tierError(TIER, reply)
    const values = valuesOf(reply, places.length)
    for (const [i, place] of places.entries()) found[place] = values[i]
  }
  return found
}

/** Removes the keys; answers how many were there. */
export async function unlinkAll(link: RedisLink, keys: readonly RedisArgument[]): Promise<number> {
  let removed = 0
  for (const { reply } of keys.length === 0 ? [] : await sendGrouped(link, keys, unlink)) {
    if (reply instanceof Error) throw writeError(reply)
    removed += countOf(reply)
  }
  return removed
}

/**
 * Runs a command of many keys, in one round trip to each node. On a cluster the keys of one
 * slot share a command, and never those of two.
 *
 * While a slot moves, its keys lie on two nodes, and Redis answers TRYAGAIN to a command that
 * names keys of both: then each of them is asked for by itself, which a client redirects.
 */
async function sendGrouped(
  link: RedisLink,
  keys: readonly RedisArgument[],
  command: (keys: readonly RedisArgument[]) => RedisCommand,
): Promise<GroupReply[]> {
  const groups = grouped(link, keys)
  const send = async (some: readonly Group[]): Promise<GroupReply[]> => {
    const replies = await link.send(some.map((group) => command(group.keys)))
    return some.map(({ places }, i) => ({ places, reply: replies[i] ?? null }))
  }
  const answers = await send(groups)
  const torn = groups.filter((group, i) => group.keys.length > 1 && isTorn(answers[i]?.reply))
  if (torn.length === 0) return answers
  const singles = torn.flatMap(({ keys: some, places }) =>
    some.map((key, i) => ({ keys: [key], places: places.slice(i, i + 1) })),
  )
  return [...answers.filter(({ places, reply }) => places.length === 1 || !isTorn(reply)), ...(await send(singles))]
}

function grouped(link: RedisLink, keys: readonly RedisArgument[]): Group[] {
  const all = keys.map((_, place) => place)
  if (!link.cluster) return inChunks(all).map((places) => group(keys, places))
  if (!link.severalKeys) return all.map((place) => group(keys, [place]))
  const slots = new Map<number, number[]>()
  for (const [place, key] of keys.entries()) {
    const slot = hashSlot(link.keyPrefix + key.toString())
    const places = slots.get(slot)
    if (places === undefined) slots.set(slot, [place])
    else places.push(place)
  }
  return [...slots.values()].flatMap(inChunks).map((places) => group(keys, places))
}

function group(keys: readonly RedisArgument[], places: number[]): Group {
  return { keys: places.map((place) => keys[place] ?? ''), places }
}

/** ioredis tries again itself, at any node, until it gives up: then the last reply may be another redirection. */
function isTorn(reply: RedisReply | undefined): boolean {
  return reply instanceof Error && /^TRYAGAIN\b|^Too many Cluster redirections/.test(reply.message)
}
