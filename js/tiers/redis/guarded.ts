import type { DriverEntry } from '../driver.ts'
import { evaluate, get, isNoScript } from './commands.ts'
import type { RedisCommand, RedisLink, RedisReply } from './link.ts'
import type { Script } from './scripts/script.ts'

/**
 * Sends the commands and, after them, GET of the guard, whose reply is the last. A cluster
 * keeps no order between nodes: there the guard needs a round trip of its own.
 */
export async function sendGuarded(
  link: RedisLink,
  commands: readonly RedisCommand[],
  guard?: string,
): Promise<RedisReply[]> {
  if (guard === undefined) return link.send(commands)
  if (!link.cluster) return link.send([...commands, get(guard)])
  return [...(await link.send(commands)), ...(await link.send([get(guard)]))]
}

/**
 * Redis forgets scripts when it restarts. Sends the source where its SHA was not known, which
 * makes it known again, and then the guard anew; puts the answers into `replies`.
 */
export async function sendSource(
  link: RedisLink,
  script: Script,
  entries: readonly DriverEntry[],
  guard: string | undefined,
  replies: RedisReply[],
): Promise<void> {
  const places = entries.map((entry, place) => ({ entry, place })).filter(({ place }) => isNoScript(replies[place]))
  const commands = places.map(({ entry }) => evaluate('eval', script.source, entry))
  const answers = await sendGuarded(link, commands, guard)
  for (const [n, { place }] of places.entries()) replies[place] = answers[n] ?? null
  if (guard !== undefined) replies[entries.length] = answers[places.length] ?? null
}
