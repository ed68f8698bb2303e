import type { Serialized } from '../../codec/serializer.ts'
import { type Change, KINDS } from '../../flow/coherence/message.ts'
import type { Remote } from '../../flow/remote.ts'
import { type StoredWrite, stampOf } from '../../flow/stored-bytes.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { TimedWrite } from './commit.ts'
import { type Begun, begin, type EntriesContext, localTimes } from './entries-context.ts'
import { type Fill, Fills } from './fills.ts'
import type { EnvelopeTimes, Found, L1, LocalTimes, Written } from './l1.ts'
import { L2Reads, type Read, type ReadRequest } from './l2-reads.ts'
import { L2Writes, type NewEntry, type PendingWrite } from './l2-writes.ts'
import { LARGE, takesLarge } from './large-codec.ts'
import { LargeEntries } from './large-entries.ts'
import type { Life, Lives } from './life.ts'
import { renewal } from './renewal.ts'
import type { Sealed } from './sealed-envelope.ts'

/** What became of a write in memory, and what L2 is to be sent of it. */
export interface Put {
  readonly stored: boolean
  readonly pending: PendingWrite | undefined
}

/** What writes answer that memory alone has taken, or refused. */
const STORED: Put = { stored: true, pending: undefined }
const REFUSED: Put = { stored: false, pending: undefined }

/** How long memory is served on without a look, where L2 could not be asked, in ms. */
const UNASKED_FOR = 1_000

/**
 * The entries of one region across its tiers. Memory is changed at once, synchronously, and
 * L2 after it; nothing here rejects because L2 is away.
 */
export class Entries {
  l1: L1
  context: EntriesContext
  /** What is being read, made and written of keys at present. */
  readonly fills: Fills
  /** What the host's engines seal and open. */
  readonly large: LargeEntries
  readonly #reads: L2Reads
  readonly #writes: L2Writes
  /** Until when memory is served as it is, because L2 could just not be asked. */
  #unaskedUntil = 0
  /** Whether memory may hold entries that are stale. Else nobody has to look at the time. */
  #keepsStale = false
  #holdsOwn = false

  constructor(context: EntriesContext, l1: L1) {
    this.context = context
    this.l1 = l1
    this.fills = new Fills(() => this.context.trust.mark())
    this.large = new LargeEntries(this, (found) => this.#reads.ofMemory(found))
    this.#reads = new L2Reads(this, this.fills)
    this.#writes = new L2Writes(this, this.fills)
  }

  /** The entry in memory, if it may be served without a look at L2, and the host is not faster at opening it. */
  fresh(key: string): Found | undefined {
    const found = this.l1.get(key, LARGE)
    return found !== undefined && this.trusts(found) && this.valid(found.tags) ? found : undefined
  }

  /** Whether an entry in memory may be served without a look at L2, as far as its times go. */
  trusts({ freshUntil, checkedAt }: LocalTimes): boolean {
    const { checkedFor, trust, clock } = this.context
    if (this.#keepsStale && freshUntil <= clock.now()) return false
    return checkedFor === Infinity || trust.covers(checkedAt, checkedFor) || this.#unaskedUntil > clock.now()
  }

  /** Whether nothing is known of a change of these tags. */
  valid(tags: EntryTags | undefined): boolean {
    return tags === undefined || this.context.tags.state(tags) === 'valid'
  }

  /** Whether one of these tags is known to have been deleted. */
  isDeleted(tags: EntryTags): boolean {
    return this.context.tags.state(tags) === 'deleted'
  }

  /**
   * Writes carry times by L2's clock, which is measured at its first use: the first write waits
   * for that, no longer than for an operation, so that no other process misreads them.
   */
  get clockKnown(): boolean {
    return this.context.l2?.remote.clockKnown ?? true
  }

  async learnClock(): Promise<void> {
    await this.context.l2?.remote.learnClock(this.context.l2.limit)
  }

  /** What memory holds, stale or not, without a look at L2; nothing where its tags speak against it. */
  held(key: string): Read | undefined {
    return this.#reads.held(key)
  }

  /** Looks where `fresh` found nothing: in L2, or at what memory holds unchecked or stale. */
  read(key: string, request?: ReadRequest): Promise<Read | undefined> {
    // A call without a request wants to know what L2 holds, where there is one.
    const asks = request === undefined ? this.context.l2 !== undefined : request.l1Skip
    const first = asks ? undefined : this.large.first(key)
    return first?.then((read) => read ?? this.#reads.read(key, request)) ?? this.#reads.read(key, request)
  }

  /** As `read`: what `use` makes of it, for a call that has nothing of its own to ask. Large ones of memory count too. */
  readSoon<T>(key: string, use: (read: Read | undefined) => T): Promise<T> {
    return (
      this.large.first(key)?.then((read) => (read ? use(read) : this.#reads.readSoon(key, use))) ??
      this.#reads.readSoon(key, use)
    )
  }

  /** As `read`, for many keys in one round trip, in their order. Large ones of memory count too. */
  async readMany(keys: readonly string[], request?: ReadRequest): Promise<readonly (Read | undefined)[]> {
    const large = request?.l1Skip ? [] : keys.map((key) => this.large.first(key))
    if (large.every((one) => one === undefined)) return this.#reads.readMany(keys, request)
    const found = await Promise.all(large)
    const rest = keys.filter((_, i) => found[i] === undefined)
    const reads = (await this.#reads.readMany(rest, request)).values()
    return keys.map((_, i) => found[i] ?? reads.next().value)
  }

  /** Whether memory may hold entries that L2 was never told of, and so are not looked for there. */
  get holdsOwn(): boolean {
    return this.#holdsOwn
  }

  /** Memory may hold stale entries from now on. */
  keepStale(): void {
    this.#keepsStale = true
  }

  /** L2 could not be asked: for a moment, memory is served without another try. */
  cannotAsk(): void {
    this.#unaskedUntil = this.context.clock.now() + UNASKED_FOR
  }

  /** Starts a read or factory whose result may only be stored if the key is left alone until then. */
  beginFill(key: string): Fill {
    return this.fills.begin(key, this.#storedKey(key))
  }

  /** Starts a write of its own, as `beginFill`: only later writes of this process overtake it. */
  beginWrite(key: string): Fill {
    return this.fills.track(key, this.#storedKey(key))
  }

  endFill(key: string, fill: Fill): void {
    this.fills.end(key, fill)
  }

  /**
   * Stores in memory, and answers what L2 is to be sent: `send` must follow.
   *
   * @param weight What the value weighs in memory, where that is known.
   */
  put(
    key: string,
    value: unknown,
    lives: Lives,
    tags?: EntryTags | undefined,
    etag?: string | undefined,
    weight?: number | undefined,
    serialized?: Serialized,
  ): Put {
    const { times, mark } = begin(this.context, lives)
    const entry = { key, value, tags, etag, weight }
    return this.#pending(entry, lives, this.#store(entry, lives.l1, times, mark, serialized))
  }

  /** As `put`, where a large value is sealed first: then memory has it when the promise settles. */
  putSoon(
    key: string,
    value: unknown,
    lives: Lives,
    tags?: EntryTags | undefined,
    etag?: string | undefined,
    weight?: number | undefined,
  ): Put | Promise<Put> {
    const { codec } = this.context
    if (this.l1.kind === 'live' || !takesLarge(codec)) return this.put(key, value, lives, tags, etag, weight)
    const serialized = codec.serialize(key, value)
    if (serialized.data.length < LARGE) return this.put(key, value, lives, tags, etag, weight, serialized)
    return this.large.put({ key, value, tags, etag, told: true }, serialized, lives)
  }

  /** As `put`, of what began then, and was serialized, or sealed, since. */
  take(entry: NewEntry, lives: Lives, { times, mark }: Begun, made?: Serialized | Sealed): Put {
    return this.#pending(entry, lives, this.#store(entry, lives.l1, times, mark, made))
  }

  #pending({ key, value, tags, etag }: NewEntry, lives: Lives, { envelope, stored }: Written): Put {
    const { codec } = this.context
    if (envelope === undefined || lives.l2 === undefined) return stored ? STORED : REFUSED
    this.fills.unsettle(key, stampOf(envelope))
    const storedKey = codec.storedKey(key)
    const renewed = renewal(() => this.context, storedKey, tags)
    const write = { key: storedKey, envelope, ttl: lives.l2.kept, ...renewed }
    const fill = this.fills.track(key, storedKey)
    return { stored, pending: { key, value, tags, etag, life: lives.l2, write, fill } }
  }

  /** Stores in memory alone what was right at `mark`; answers whether it is there. */
  keep(key: string, value: unknown, life: Life | undefined, tags: EntryTags | undefined, mark?: number): boolean {
    return this.#store({ key, value, tags, etag: undefined }, life, undefined, mark).stored
  }

  /** Sends to L2 what `put` answered; true where L2, or the journal for it, has all of it. */
  send(pending: readonly PendingWrite[]): Promise<boolean> {
    return this.#writes.send(pending)
  }

  /** Removes from memory and L2; answers for each key whether there was a value. */
  async remove(keys: readonly string[]): Promise<boolean[]> {
    const local = keys.map((key) => this.drop(key))
    this.context.counters.deletes += keys.length
    const there = await this.#writes.remove(keys)
    return local.map((was, i) => was || there[i] === true)
  }

  /** What L2 is sent for a write of a transaction: an envelope, or a tombstone. */
  storedWrite(key: string, write: TimedWrite, remote: Remote): StoredWrite {
    return this.#writes.stored(key, write, remote)
  }

  /** Removes from memory alone. */
  drop(key: string): boolean {
    const sealing = this.large.count([key])
    this.fills.outdate(key)
    return this.l1.delete(key) || sealing > 0
  }

  /** A key was deleted by a transaction: counts it, and tells of it. */
  tellOfDelete(key: string): void {
    const { counters, emitter, name } = this.context
    counters.deletes++
    if (emitter.has('delete')) emitter.emit('delete', { region: name, key: this.publicKey(key) })
  }

  /** Empties memory alone. */
  forget(): number {
    const sealing = this.large.count()
    this.fills.outdateAll()
    return this.l1.clear() + sealing
  }

  /** Empties memory and begins a new generation in L2; answers how many entries memory held. */
  async clear(): Promise<number> {
    const { l2 } = this.context
    const removed = this.forget()
    if (l2 !== undefined) {
      await this.fills.whileClearing(() => l2.remote.clear(l2.region, l2.remote.stamps.next()))
    }
    return removed
  }

  /** Others changed entries in L2: what memory holds of them goes, and what is being read or made of them is old. */
  hear(changes: readonly Change[]): void {
    const { encrypted } = this.context.codec
    for (const { kind, key: storedKey, stamp } of changes) {
      this.context.l2?.remote.stamps.receive(stamp)
      if (kind === KINDS.clear) {
        this.fills.hearOfClear(stamp)
        this.l1.clear()
      } else if (kind === KINDS.set || kind === KINDS.delete) {
        const key = encrypted ? this.fills.keyOf(storedKey) : storedKey
        const overtakes = key !== undefined && this.fills.hear(key, stamp)
        if (!overtakes) this.l1.deleteStored(storedKey)
      }
    }
  }

  /** Others may have changed anything: what is being made may be old. */
  suspect(): void {
    this.fills.suspectAll()
  }

  /** What others know the key by, where there are any. */
  #storedKey(key: string): string {
    const { l2, codec } = this.context
    return l2 === undefined ? key : codec.storedKey(key)
  }

  /** Remembers what memory holds under `key`; answers what puts it back. */
  remember(key: string): () => void {
    const found = this.l1.get(key)
    if (found === undefined) return () => this.drop(key)
    const { value, tags, etag, ...times } = found
    return () => this.l1.set(key, value, times, undefined, tags, etag)
  }

  /** What others may be told of the key. */
  publicKey(key: string): string {
    return this.context.codec.publicKey(key)
  }

  #store(
    entry: NewEntry,
    life: Life | undefined,
    times: EnvelopeTimes | undefined,
    mark?: number,
    made?: Serialized | Sealed,
  ): Written {
    const { key, value, tags, etag, weight, told } = entry
    const { counters, budget, sweeper } = this.context
    const local = life && localTimes(this.context, life, tags, mark)
    const sealed = made !== undefined && 'envelope' in made ? made : undefined
    const serialized = made !== undefined && 'data' in made ? made : undefined
    const written =
      sealed !== undefined || local === undefined
        ? this.#place(entry, local, times, sealed)
        : this.l1.set(key, value, local, times, tags, etag, weight, serialized)
    if (life !== undefined && life.kept > life.fresh) this.#keepsStale = true
    if (mark === Number.POSITIVE_INFINITY) this.#holdsOwn = true
    this.fills.outdate(key)
    counters.bytesRaw += written.rawBytes
    counters.bytesStored += written.storedBytes
    if (life !== undefined && life.kept !== Infinity) sweeper.watch(this.l1)
    budget.enforce()
    if (!written.stored && life !== undefined) this.tell('refused', key)
    if (!told) this.tell('set', key)
    return written
  }

  /** For an entry that was sealed already, or that memory is to leave out: what it held before is old. */
  #place(
    { key, value, tags, etag }: NewEntry,
    local: LocalTimes | undefined,
    times: EnvelopeTimes | undefined,
    made: Sealed | undefined,
  ): Written {
    const sealed = made ?? (times && this.context.codec.seal(key, value, times, tags, etag))
    const { envelope, rawBytes } = sealed ?? { envelope: undefined, rawBytes: 0 }
    const stored =
      local !== undefined && envelope !== undefined && this.l1.fill(key, { value, tags, etag, envelope }, local)
    if (!stored) this.l1.delete(key)
    return { stored, envelope: times && envelope, rawBytes, storedBytes: envelope?.length ?? 0 }
  }

  /** Counts a write, or that memory refused it, and tells of it. */
  tell(event: 'set' | 'refused', key: string): void {
    const { counters, emitter, name } = this.context
    counters[event === 'set' ? 'sets' : 'refused']++
    if (emitter.has(event)) emitter.emit(event, { region: name, key: this.publicKey(key) })
  }
}
