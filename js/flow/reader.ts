import { CacheError } from '../errors.ts'
import { isOlder, STAMP_OFFSET } from '../tiers/driver.ts'
import type { Generation } from './generations.ts'
import type { Attempt } from './link.ts'
import type { RemoteParts } from './parts.ts'
import { compareStamps, ZERO_STAMP } from './stamp.ts'
import { hasStamp, isAfter, isTombstone, stampOf } from './stored-bytes.ts'
import type { PendingWrite } from './units.ts'

/** What L2 holds under a key, or nothing. */
export type Found = Uint8Array | undefined

/** What is known of a key: its envelope, that there is none, or that L2 could not be asked. */
export type Answer = Found | 'unavailable'

/** What one call asks for, and what was found. */
interface Request {
  readonly region: string
  readonly keys: readonly string[]
  /** What L2 answered; `undefined` where it did not, or not in time. */
  found: Found[] | undefined
}

/** Calls of one tick that share a round trip. */
interface Batch {
  readonly requests: Request[]
  readonly done: Promise<void>
}

/** How often a batch is asked at most, because a generation had changed. */
const MAX_ROUNDS = 3

/** Reads envelopes from L2 and from what still waits in the journal, whichever is newer. */
export class Reader {
  readonly #parts: RemoteParts
  #batch: Batch | undefined

  constructor(parts: RemoteParts) {
    this.#parts = parts
  }

  /**
   * The envelopes under `keys`, in their order; `undefined` where there is none, or where it
   * was deleted or cleared; 'unavailable' where L2 does not answer in time and nothing waits for
   * it. Calls of one tick share a round trip, whatever their regions; a call with a `limit` of
   * its own (ms) makes one alone.
   */
  async getMany(region: string, keys: readonly string[], limit?: number): Promise<Answer[]> {
    const { journal } = this.#parts
    // It may be sent, and be settled, before an answer comes that L2 gave earlier.
    const waited = journal.has(region) ? keys.map((key) => journal.find(region, key)) : undefined
    const request: Request = { region, keys, found: undefined }
    if (keys.length > 0 && this.#parts.link.available) {
      await (limit === undefined ? this.#join(request) : this.#run([request], limit))
    }
    const { found } = request
    if (found === undefined) return keys.map((key) => this.#waiting(region, key))
    const cleared = this.#clearedAt(region)
    const waits = waited !== undefined || journal.has(region)
    for (let i = 0; i < found.length; i++) {
      found[i] = waits
        ? this.#newest(region, keys[i] as string, found[i], cleared, waited?.[i])
        : this.#current(found[i], cleared)
    }
    return found
  }

  #join(request: Request): Promise<void> {
    this.#batch ??= this.#open()
    this.#batch.requests.push(request)
    return this.#batch.done
  }

  #open(): Batch {
    const requests: Request[] = []
    const done = Promise.resolve().then(() => {
      this.#batch = undefined
      return this.#run(requests)
    })
    return { requests, done }
  }

  /** Never rejects: the link has reported what went wrong, and nothing is found. */
  #run(requests: Request[], limit?: number): Promise<void> {
    const { link } = this.#parts
    const most = limit ?? link.limitOfKeys(requests.reduce((sum, { keys }) => sum + keys.length, 0))
    return link.run('get', (attempt) => this.#read(attempt, requests), most).catch(() => undefined)
  }

  async #read(attempt: Attempt, requests: readonly Request[]): Promise<void> {
    let open = requests
    for (let round = 0; open.length > 0 && round < MAX_ROUNDS; round++) open = await this.#round(attempt, open)
    // Cleared again and again: a moment ago there was nothing.
    for (const request of open) request.found = request.keys.map(() => undefined)
  }

  /** One round trip. Answers the requests that must be asked again, under another generation. */
  async #round(attempt: Attempt, requests: readonly Request[]): Promise<Request[]> {
    const { generations } = this.#parts
    const asked = new Map(requests.map(({ region }) => [region, generations.known(region)?.token]))
    const regions = [...asked.keys()]
    const keys = regions.map((region) => generations.metaKey(region))
    for (const request of requests) {
      const token = asked.get(request.region)
      if (token === undefined) continue
      const prefix = generations.prefix(request.region, token)
      for (const key of request.keys) keys.push(prefix + key)
    }
    const values = await attempt.driver.getMany(keys, regions.length)
    const valid = await this.#validTokens(attempt, regions, values)
    const again: Request[] = []
    let next = regions.length
    for (const request of requests) {
      const token = asked.get(request.region)
      const current = valid.get(request.region)
      if (token !== undefined && token === current) request.found = values.slice(next, next + request.keys.length)
      else if (current !== undefined) again.push(request)
      if (token !== undefined) next += request.keys.length
    }
    return again
  }

  /** A region without a generation is left out where the tier takes no new one: it cannot be asked. */
  async #validTokens(
    attempt: Attempt,
    regions: readonly string[],
    metas: readonly Found[],
  ): Promise<Map<string, string>> {
    const { generations } = this.#parts
    const valid = new Map<string, string>()
    for (const [i, region] of regions.entries()) {
      const generation = generations.observe(region, metas[i]) ?? (await this.#create(attempt, region))
      if (generation !== undefined) valid.set(region, generation.token)
    }
    return valid
  }

  async #create(attempt: Attempt, region: string): Promise<Generation | undefined> {
    const { generations, link } = this.#parts
    if (!link.writable) return undefined
    try {
      return await generations.create(attempt, region)
    } catch (error) {
      if (!(error instanceof CacheError) || error.code !== 'WRITE_REFUSED') throw error
      link.refused('get', error)
      return undefined
    }
  }

  /** What the journal alone says of a key: a write, a deletion or a clear that waits for L2. */
  #waiting(region: string, key: string): Answer {
    const { journal } = this.#parts
    const known = journal.find(region, key) !== undefined || journal.clearOf(region) !== undefined
    return known ? this.#newest(region, key, undefined, this.#clearedAt(region)) : 'unavailable'
  }

  /** The newer one of what L2 and the journal hold, or have `waited` there, unless that is a deletion or was cleared. */
  #newest(region: string, key: string, found: Found, cleared: Uint8Array, waited?: PendingWrite): Found {
    const { journal, stamps } = this.#parts
    const waiting = journal.find(region, key)
    const pending = waiting ?? waited
    if (pending === undefined) return this.#current(found, cleared)
    if (found !== undefined && !isOlder(found, pending.envelope)) {
      // What waits would be refused, and is not to be read again when L2 is away: it is older than this.
      if (waiting !== undefined && hasStamp(found) && stamps.receive(found, STAMP_OFFSET)) {
        journal.settle(region, key, stampOf(found))
        // Told when it was journaled: since then others may have read anew what was before either.
        this.#parts.onOutdated(region, pending)
      }
      return this.#current(found, cleared)
    }
    return pending.deadline > this.#parts.now() ? this.#current(pending.envelope, cleared) : undefined
  }

  /**
   * What was stored, unless it is a deletion or was cleared; its stamp is learnt. Bytes too short
   * for one are handed on, so that they are reported as what they are.
   */
  #current(stored: Found, cleared: Uint8Array): Found {
    if (stored === undefined || !hasStamp(stored)) return stored
    this.#parts.stamps.receive(stored, STAMP_OFFSET)
    return !isTombstone(stored) && isAfter(stored, cleared) ? stored : undefined
  }

  #clearedAt(region: string): Uint8Array {
    const stored = this.#parts.generations.known(region)?.cleared ?? ZERO_STAMP
    const pending = this.#parts.journal.clearOf(region) ?? ZERO_STAMP
    return compareStamps(stored, pending) > 0 ? stored : pending
  }
}
