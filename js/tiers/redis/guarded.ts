import type { DriverEntry } from '../driver.ts'
import { evaluate, evaluateTogether, get, isNoScript } from './commands.ts'
import type { RedisCommand, RedisLink, RedisReply } from './link.ts'
import { valuesOf } from './replies.ts'
import type { Script } from './scripts/script.ts'

/**
 * Sends the commands and, after them, MGET of the guard, whose reply is the last. A cluster
 * keeps no order between nodes: there the guard needs a round trip of its own.
 */
export async function sendGuarded(
  link: RedisLink,
  commands: readonly RedisCommand[],
  guard?: string,
): Promise<RedisReply[]> {
  if (guard === undefined) return link.send(commands)
  if (!link.cluster) return link.send([...commands, get([guard])])
  return [...(await link.send(commands)), ...(await link.send([get([guard])]))]
}

/** The value of the guard, out of the replies of `sendGuarded`. */
export function guardOf(replies: readonly RedisReply[]): Uint8Array | undefined {
  return valuesOf(replies.at(-1), 1)[0]
}

/**
 * Runs a script on each entry, by its SHA, and answers the replies as `sendGuarded` does. Redis
 * forgets scripts when it restarts: where a SHA is not known the source is sent, which makes it
 * known again, and then the guard is read anew.
 */
export async function runScript(
  link: RedisLink,
  script: Script,
  entries: readonly DriverEntry[],
  guard?: string,
): Promise<RedisReply[]> {
  const sha = await script.sha()
  const byHash = entries.map((entry) => evaluate('evalsha', sha, entry))
  const replies = await sendGuarded(link, byHash, guard)
  const places = entries.map((entry, place) => ({ entry, place })).filter(({ place }) => isNoScript(replies[place]))
  if (places.length === 0) return replies
  const bySource = places.map(({ entry }) => evaluate('eval', script.source, entry))
  const answers = await sendGuarded(link, bySource, guard)
  for (const [n, { place }] of places.entries()) replies[place] = answers[n] ?? null
  if (guard !== undefined) replies[entries.length] = answers[places.length] ?? null
  return replies
}

/** As `runScript`, but one run takes all entries: its reply is a list, and the guard's follows it. */
export async function runScriptTogether(
  link: RedisLink,
  script: Script,
  entries: readonly DriverEntry[],
  guard?: string,
): Promise<RedisReply[]> {
  const replies = await sendGuarded(link, [evaluateTogether('evalsha', await script.sha(), entries)], guard)
  if (!isNoScript(replies[0])) return replies
  return sendGuarded(link, [evaluateTogether('eval', script.source, entries)], guard)
}
