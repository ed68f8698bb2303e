import type { DriverEntry } from '../driver.ts'
import { evaluate, get, isNoScript } from './commands.ts'
import type { RedisCommand, RedisLink, RedisReply } from './link.ts'
import { valuesOf } from './replies.ts'
import type { Script } from './scripts/script.ts'

/** What one run of a script takes at the most: more would hold the server for more than a millisecond. */
const RUN_ENTRIES = 256
const RUN_BYTES = 512 * 1024

/** Entries that one run of a script takes, and what it answered. */
interface Run {
  readonly entries: readonly DriverEntry[]
  reply: RedisReply
}

/** What a script answered to all its entries, and the value of the guard. */
export interface ScriptReplies {
  readonly runs: readonly Readonly<Run>[]
  readonly guard: Uint8Array | undefined
}

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
 * Runs a script on the entries, by its SHA. `together` is one run; else there are as many as it takes
 * to hold the server up nowhere, and on a cluster one for each, as their keys lie in other slots.
 *
 * Redis forgets scripts when it restarts: where a SHA is not known the source is sent, which makes
 * it known again. The guard is read by the last run, in the same step; on a cluster after all of them.
 */
export async function runScript(
  link: RedisLink,
  script: Script,
  entries: readonly DriverEntry[],
  guard?: string,
  together = false,
): Promise<ScriptReplies> {
  const runs: Run[] = (together ? [entries] : pieces(entries, link.cluster)).map((some) => ({
    entries: some,
    reply: null,
  }))
  const inside = link.cluster || runs.length === 0 ? undefined : guard
  await send(link, runs, 'evalsha', await script.sha(), inside)
  const unknown = runs.filter(({ reply }) => isNoScript(reply))
  if (unknown.length > 0) await send(link, unknown, 'eval', script.source, inside)
  if (guard === undefined) return { runs, guard: undefined }
  const last = (unknown.length > 0 ? unknown : runs).at(-1)?.reply
  if (inside === undefined) return { runs, guard: guardOf(await link.send([get([guard])])) }
  return { runs, guard: Array.isArray(last) ? valuesOf(last.slice(1), 1)[0] : undefined }
}

/** Sends the runs in one round trip; the last of them reads the guard. */
async function send(
  link: RedisLink,
  runs: readonly Run[],
  name: 'eval' | 'evalsha',
  what: string,
  guard: string | undefined,
): Promise<void> {
  const last = runs.length - 1
  const commands = runs.map(({ entries }, i) =>
    evaluate(name, what, entries, i === last ? guard : undefined, entries[0]?.before),
  )
  const replies = await link.send(commands)
  for (const [i, run] of runs.entries()) run.reply = replies[i] ?? null
}

function pieces(entries: readonly DriverEntry[], single: boolean): (readonly DriverEntry[])[] {
  const most = single ? 1 : RUN_ENTRIES
  const all: (readonly DriverEntry[])[] = []
  let from = 0
  let bytes = 0
  for (const [i, { value }] of entries.entries()) {
    if (i > from && (i - from >= most || bytes + value.byteLength > RUN_BYTES)) {
      all.push(entries.slice(from, i))
      from = i
      bytes = 0
    }
    bytes += value.byteLength
  }
  if (from < entries.length) all.push(from === 0 ? entries : entries.slice(from))
  return all
}
