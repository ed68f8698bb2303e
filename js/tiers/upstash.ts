import { type Clock, systemClock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type { Driver, DriverEntry, Exchange, Previous, Replacement, ScanStep } from './driver.ts'
import { checkOptions } from './driver-options.ts'
import { escapeGlob, milliseconds } from './redis/commands.ts'
import { commitNewer } from './redis/scripts/commit-newer.ts'
import { exchange } from './redis/scripts/exchange.ts'
import { exchangeInTime } from './redis/scripts/exchange-in-time.ts'
import { exchangeNewer } from './redis/scripts/exchange-newer.ts'
import { lock, unlock } from './redis/scripts/lock.ts'
import { HEAD_LENGTH, replace } from './redis/scripts/replace.ts'
import { type Script, script, VALUE_AT } from './redis/scripts/script.ts'
import { setIfAbsent } from './redis/scripts/set-if-absent.ts'
import { type Fetch, RedisHttp } from './upstash-http.ts'
import {
  CommandError,
  countOf,
  type HttpReply,
  known,
  listOf,
  misplaced,
  outcomes,
  TIER,
  text,
  valuesOf,
  writeError,
  written,
} from './upstash-replies.ts'

export type { Fetch } from './upstash-http.ts'

/** Where an Upstash database is reached, and how. All times are ms. */
export interface UpstashOptions {
  /** The database's REST URL, as in `UPSTASH_REDIS_REST_URL`. */
  readonly url: string
  /** The token that may read and write, as in `UPSTASH_REDIS_REST_TOKEN`. */
  readonly token: string
  /** What sends requests. Default: the runtime's own `fetch`. */
  readonly fetch?: Fetch | undefined
  /** How long one request may take before it is given up. Default: 5000. */
  readonly requestTimeout?: number | undefined
  /** Where time comes from. Default: the clock of the runtime. */
  readonly clock?: Clock | undefined
}

/**
 * A tier in Redis over HTTP, for runtimes without TCP: workers, edge functions, browsers. It speaks the
 * REST dialect of Upstash, with `fetch` alone. What it stores is byte for byte what `omnicache/redis` stores,
 * so that both can share a database.
 *
 * @example
 * upstashDriver({ url: env.UPSTASH_REDIS_REST_URL, token: env.UPSTASH_REDIS_REST_TOKEN })
 *
 * @throws CacheError `INVALID_OPTION` for a wrong URL, without a token, or for an option that there is not.
 */
export function upstashDriver(options: UpstashOptions): Driver {
  checkOptions('upstashDriver', options, ['url', 'token', 'fetch', 'requestTimeout', 'clock'], ['requestTimeout'])
  const { url, token, requestTimeout = 5000 } = options
  if (typeof url !== 'string' || !/^https?:\/\/[^@]+$/.test(url)) {
    throw invalid('url', 'the http(s) URL of the REST API, without a user; a redis: URL is for the Redis tier')
  }
  // What no header takes is told here: the error of `fetch` would have the token in it.
  if (typeof token !== 'string' || !/^[!-~]+$/.test(token.trim())) {
    throw invalid('token', 'the token of the REST API, which has no blanks in it')
  }
  return new UpstashDriver(options, requestTimeout)
}

/** What one run of a script, and so one request, takes at the most. */
const RUN_ENTRIES = 256
const RUN_BYTES = 256 * 1024

/** The most keys that one command names. */
const MAX_KEYS = 1000

/** How many keys one SCAN step looks at. */
const SCAN_COUNT = 500

/** Lua that makes bytes of `byteText`: as UTF-8, a character from U+0080 to U+00FF is two bytes. */
const UNPACK = `
local bytes = {}
for i = 128, 255 do bytes[string.char(192 + math.floor(i / 64), 128 + i % 64)] = string.char(i) end
ARGV[1] = (string.gsub(ARGV[1], '[\\194\\195][\\128-\\191]', bytes))
`

/** The scripts of the Redis tier, for a values' argument that came as text. */
const ours = new Map<Script, Script>()

class UpstashDriver implements Driver {
  readonly name = TIER
  readonly shared = true
  readonly #http: RedisHttp

  constructor({ url, token, fetch, clock }: UpstashOptions, requestTimeout: number) {
    this.#http = new RedisHttp({
      url,
      token,
      fetch: fetch ?? ((target, init) => globalThis.fetch(target, init)),
      requestTimeout,
      clock: clock ?? systemClock,
    })
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    this.#http.assertOpen()
    if (keys.length === 0) return []
    const groups = inGroups(keys)
    const replies = await this.#http.sendAll(groups.map((some) => ['MGET', ...some]))
    return groups.flatMap((some, i) => valuesOf(known(replies[i]), some.length))
  }

  async setMany(entries: readonly DriverEntry[], guard?: string): Promise<Uint8Array | undefined> {
    return (await this.#exchange(exchange, entries, guard)).guard
  }

  exchangeMany(entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string): Promise<Exchange> {
    const newer = entries[0]?.before === undefined ? exchangeNewer : exchangeInTime
    return this.#exchange(onlyNewer ? newer : exchange, entries, guard)
  }

  async exchangeTogether(entries: readonly DriverEntry[], guard?: string): Promise<Exchange> {
    return this.#exchange(exchangeNewer, entries, guard, true)
  }

  async setIfAbsent(key: string, value: Uint8Array): Promise<Uint8Array> {
    const reply = written(await this.#run(setIfAbsent, [{ key, value, ttl: Number.POSITIVE_INFINITY }]))
    if (!(reply instanceof Uint8Array)) throw misplaced('a script')
    return reply
  }

  async commit(entries: readonly DriverEntry[], onlyNewer = false): Promise<boolean> {
    this.#http.assertOpen()
    if (entries.length === 0) return true
    let reply: HttpReply
    try {
      reply = await this.#run(onlyNewer ? commitNewer : exchange, entries)
    } catch (cause) {
      if ((cause as CacheError).code === 'CLOSED') throw cause
      throw failed('COMMIT_UNKNOWN', cause as Error)
    }
    if (reply instanceof CommandError) {
      const refusal = writeError(reply)
      throw refusal.code === 'WRITE_REFUSED' ? refusal : failed('COMMIT_FAILED', reply)
    }
    return !outcomes(reply, entries.length).includes('newer')
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    this.#http.assertOpen()
    if (keys.length === 0) return 0
    const replies = await this.#http.sendAll(inGroups(keys).map((some) => ['UNLINK', ...some]))
    let removed = 0
    for (const reply of replies) removed += countOf(written(reply))
    return removed
  }

  async deletePrefix(prefix: string, signal?: AbortSignal): Promise<number> {
    this.#http.assertOpen()
    let removed = 0
    let cursor: string | undefined
    do {
      if (signal?.aborted) return removed
      const step: ScanStep = await this.scan(prefix, cursor)
      removed += await this.deleteMany(step.keys)
      cursor = step.cursor
    } while (cursor !== undefined)
    return removed
  }

  async scan(prefix: string, cursor = '0'): Promise<ScanStep> {
    const pattern = `${escapeGlob(prefix)}*`
    const reply = known(await this.#http.send(['SCAN', cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT]))
    const [next, keys] = listOf(reply, 'SCAN')
    const following = text(next)[0]
    if (following === undefined) throw misplaced('SCAN')
    return { keys: listOf(keys, 'SCAN').flatMap(text), cursor: following === '0' ? undefined : following }
  }

  async replaceMany(replacements: readonly Replacement[]): Promise<boolean[]> {
    const { previous } = await this.#exchange(replace, replacements.map(headed), undefined)
    return previous.map((was) => was === 'value')
  }

  async lock(entry: DriverEntry): Promise<boolean> {
    return countOf(written(await this.#run(lock, [entry]))) === 1
  }

  async unlock(key: string, token: Uint8Array): Promise<boolean> {
    const entry = { key, value: token, ttl: Number.POSITIVE_INFINITY }
    return countOf(written(await this.#run(unlock, [entry]))) === 1
  }

  async now(): Promise<number> {
    const [seconds, micros] = listOf(known(await this.#http.send(['TIME'])), 'TIME').map((part) =>
      Number(text(part)[0]),
    )
    const time = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
    if (!Number.isFinite(time)) throw misplaced('TIME')
    return time
  }

  async connect(): Promise<void> {
    known(await this.#http.send(['PING']))
  }

  async close(): Promise<void> {
    this.#http.close()
  }

  /** Runs a script on all entries, one request for as many as may be; `together` is one run. */
  async #exchange(
    what: Script,
    entries: readonly DriverEntry[],
    guard: string | undefined,
    together = false,
  ): Promise<Exchange> {
    this.#http.assertOpen()
    const previous: Previous[] = []
    const pieces = together ? [entries] : inRuns(entries)
    let value: Uint8Array | undefined
    for (const [i, some] of pieces.entries()) {
      const last = i === pieces.length - 1 ? guard : undefined
      if (some.length === 0 && last === undefined) continue
      const reply = written(await this.#run(what, some, last))
      previous.push(...outcomes(reply, some.length))
      if (last !== undefined) value = valuesOf(listOf(reply, 'a script').slice(1, 2), 1)[0]
    }
    return { previous, guard: value }
  }

  /** By the SHA; with the source, which makes it known, where the server does not know that. */
  async #run(what: Script, entries: readonly DriverEntry[], guard?: string): Promise<HttpReply> {
    const { sha, source } = textual(what)
    const keys = entries.map(({ key }) => key)
    if (guard !== undefined) keys.push(guard)
    const rest = [keys.length, ...keys, byteText(packed(entries)), entries.length]
    const before = entries[0]?.before
    if (before !== undefined) rest.push(before)
    const reply = await this.#http.send(['EVALSHA', await sha(), ...rest])
    const unknown = reply instanceof CommandError && reply.message.startsWith('NOSCRIPT')
    return unknown ? this.#http.send(['EVAL', source, ...rest]) : reply
  }
}

function textual(what: Script): Script {
  const known = ours.get(what)
  if (known !== undefined) return known
  const made = script(UNPACK + what.source)
  ours.set(what, made)
  return made
}

/** The values of some entries in one piece, each after its length and its TTL, as the scripts read them. */
function packed(entries: readonly DriverEntry[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, { value }) => sum + VALUE_AT + value.byteLength, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { value, ttl } of entries) {
    view.setUint32(at, value.byteLength)
    view.setFloat64(at + 4, milliseconds(ttl))
    bytes.set(value, at + VALUE_AT)
    at += VALUE_AT + value.byteLength
  }
  return bytes
}

/** A replacement as the script `replace` takes it: its head stands before its value. */
function headed({ key, head, value }: Replacement): DriverEntry {
  const bytes = new Uint8Array(HEAD_LENGTH + head.byteLength + value.byteLength)
  new DataView(bytes.buffer).setUint32(0, head.byteLength)
  bytes.set(head, HEAD_LENGTH)
  bytes.set(value, HEAD_LENGTH + head.byteLength)
  return { key, value: bytes, ttl: Number.POSITIVE_INFINITY }
}

/** Text in which each character stands for one byte: JSON holds no bytes. `UNPACK` makes bytes of it again. */
function byteText(bytes: Uint8Array): string {
  let characters = ''
  for (let at = 0; at < bytes.length; at += PIECE) {
    characters += String.fromCharCode(...bytes.subarray(at, at + PIECE))
  }
  return characters
}

/** As many arguments as any runtime takes. */
const PIECE = 8192

function inGroups(keys: readonly string[]): (readonly string[])[] {
  const groups: (readonly string[])[] = []
  for (let i = 0; i < keys.length; i += MAX_KEYS) groups.push(keys.slice(i, i + MAX_KEYS))
  return groups
}

/** At least one piece, so that the guard is read with an empty batch too. */
function inRuns(entries: readonly DriverEntry[]): (readonly DriverEntry[])[] {
  const runs: DriverEntry[][] = [[]]
  let bytes = 0
  for (const entry of entries) {
    const last = runs.at(-1) as DriverEntry[]
    const length = entry.value.byteLength
    if (last.length > 0 && (last.length === RUN_ENTRIES || bytes + length > RUN_BYTES)) {
      runs.push([entry])
      bytes = length
    } else {
      last.push(entry)
      bytes += length
    }
  }
  return runs
}

function failed(code: 'COMMIT_FAILED' | 'COMMIT_UNKNOWN', cause: Error): CacheError {
  return new CacheError(code, `${TIER}: ${cause.message}`, { cause, context: { tier: TIER } })
}

function invalid(option: string, allowed: string): CacheError {
  return new CacheError('INVALID_OPTION', `${TIER}: ${option} must be ${allowed}`, { context: { tier: TIER, option } })
}
