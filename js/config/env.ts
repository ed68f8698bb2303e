import { CacheError } from '../errors.ts'
import { DEFAULT_KEY_ID, parseKeyRing } from './encryption-keys.ts'
import { nearest } from './nearest.ts'
import { presets } from './presets.ts'
import type { ManagerOptions } from './types.ts'
import { show } from './units.ts'
import { variables, variablesOf } from './variables.ts'

/** Names and texts, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What an environment says. */
export interface FromEnvironment {
  readonly options: ManagerOptions
  /** Names that are probably misspelt, each with what was probably meant. */
  readonly warnings: readonly string[]
}

const ENCRYPTION_KEY = 'CACHE_ENCRYPTION_KEY'
const INDEX_SECRET = 'CACHE_ENCRYPTION_INDEX_SECRET'

/**
 * Reads the options of a manager from environment variables. An empty variable counts as
 * not set.
 *
 * | variable | what it may be |
 * | --- | --- |
 * | `REDIS_URL` | redis://…, rediss://…, unix://… |
 * | `REDIS_MAX_CONNECTIONS` | a whole number |
 * | `REDIS_SOCKET_TIMEOUT` | seconds, or a duration |
 * | `REDIS_RETRY_ON_TIMEOUT` | a boolean |
 * | `CACHE_<REGION>_TTL` | seconds, or a duration; `Infinity` |
 * | `CACHE_<REGION>_STRATEGY` | a policy |
 * | `CACHE_<REGION>_FAVOR` | objects or bytes |
 * | `CACHE_<REGION>_MAX_SIZE` | MB, or a size |
 * | `CACHE_<REGION>_COMPRESSION`, `_ENCRYPTION` | a boolean |
 * | `CACHE_ENABLE_METRICS` | a boolean |
 * | `CACHE_HIT_RATE_THRESHOLD` | 0.8, 80 or 80% |
 * | `CACHE_ALERT_ON_LOW_HIT_RATE` | a boolean |
 * | `CACHE_ENCRYPTION_KEY` | a key, or a ring |
 * | `CACHE_ENCRYPTION_INDEX_SECRET` | a key |
 *
 * A boolean is true, 1, yes, on, false, 0, no or off. A key is 32 bytes in base64 or
 * hexadecimal digits. A ring is `id:key,id:key`, the newest first: **the first one writes**,
 * all read. So a key is rotated by putting the new one in front. What hides the keys of
 * entries in L2 is the index secret or, without one, the last key of the ring; so
 * when that is dropped, encrypted regions start empty.
 *
 * @param regions The regions beside the presets that variables may name.
 * @throws CacheError INVALID_ENVIRONMENT: one for all variables that are wrong. It holds no
 * part of a key or password.
 */
export function readEnvironment(environment: Environment, regions: Iterable<string> = []): FromEnvironment {
  const known = new Map([...variables, ...[...Object.keys(presets), ...regions].flatMap(variablesOf)])
  const given = trimmed(environment)
  const options: Options = {}
  const problems: Problem[] = []
  for (const [variable, { allowed, option, read }] of known) {
    const text = given.get(variable)
    if (text === undefined) continue
    const value = attempt(() => read(text))
    if (value === undefined) problems.push({ variable, message: `${variable} is ${shown(text)}; allowed: ${allowed}` })
    else assign(options, option, value)
  }
  readKeys(given, options, problems)
  if (problems.length > 0) throw wrong(problems)
  return { options, warnings: misspelt(given.keys(), new Set([...known.keys(), ENCRYPTION_KEY, INDEX_SECRET])) }
}

interface Options {
  [name: string]: unknown
}

interface Problem {
  readonly variable: string
  readonly message: string
}

function trimmed(environment: Environment): Map<string, string> {
  const texts = Object.entries(environment).map(([name, text]): [string, string] => [name, text?.trim() ?? ''])
  return new Map(texts.filter(([, text]) => text !== ''))
}

/** What `read` answers, or `undefined` where it throws: either way of saying that the text is wrong. */
function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Sets an option by its path. Objects are put together; of anything else the last one counts. */
function assign(options: Options, [step = '', ...rest]: readonly string[], value: unknown): void {
  const before = isOptions(options[step]) ? options[step] : {}
  if (rest.length > 0) assign(before, rest, value)
  else if (isOptions(value)) Object.assign(before, value)
  options[step] = rest.length > 0 || isOptions(value) ? before : value
}

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null
}

/** A value for a message, without what a URL has before its host. */
function shown(text: string): string {
  return show(text.replace(/^(\w+:\/\/)?.*@/s, '$1***@'))
}

/** The last key of the ring is the oldest, so adding one in front hides no entry from its readers. */
function readKeys(given: ReadonlyMap<string, string>, options: Options, problems: Problem[]): void {
  const text = given.get(ENCRYPTION_KEY)
  if (text === undefined) return
  const keys = text.split(',').map(toKey)
  const ring = Object.fromEntries(keys)
  const [current] = keys[0] ?? []
  const encryption = {
    keys: { current: current ?? '', ring },
    indexSecret: given.get(INDEX_SECRET) ?? keys.at(-1)?.[1] ?? '',
  }
  try {
    parseKeyRing(encryption, { keys: ENCRYPTION_KEY, indexSecret: INDEX_SECRET })
    if (Object.keys(ring).length < keys.length)
      throw new CacheError('INVALID_ENCRYPTION_KEY', `${ENCRYPTION_KEY} has two keys with one id`)
    options.encryption = encryption
  } catch (error) {
    problems.push({ variable: ENCRYPTION_KEY, message: (error as Error).message })
  }
}

/** The key of `id:key`, or of `key` alone. */
function toKey(text: string): [id: string, key: string] {
  const [id = '', ...key] = text.trim().split(':')
  return key.length === 0 ? [DEFAULT_KEY_ID, id] : [id.trim(), key.join(':').trim()]
}

function wrong(problems: readonly Problem[]): CacheError {
  const [first, ...others] = problems
  const all = problems.map(({ message }) => message)
  const message =
    others.length === 0 ? all.join() : `${all.length} environment variables are wrong:\n- ${all.join('\n- ')}`
  return new CacheError('INVALID_ENVIRONMENT', message, { context: { variable: first?.variable ?? '' } })
}

/** Names that are ours by their beginning, known by none, and close to one that is. */
function misspelt(names: Iterable<string>, known: ReadonlySet<string>): string[] {
  const unknown = [...names].filter((name) => name.startsWith('CACHE_') && !known.has(name))
  return unknown.flatMap((name) => {
    const meant = nearest(name, known)
    return meant === undefined ? [] : [`The environment variable ${name} is not known; did you mean ${meant}?`]
  })
}
