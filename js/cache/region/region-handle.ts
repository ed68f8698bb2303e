import { ValueSerializer } from '../../codec/serializer.ts'
import { succeeding } from '../../config/dictionary-options.ts'
import { mergeRegionOptions } from '../../config/resolve.ts'
import type { RegionOptions, ResolvedRegion } from '../../config/types.ts'
import { Core } from '../../core/core.ts'
import type { Change } from '../../flow/coherence/message.ts'
import type { Remote } from '../../flow/remote.ts'
import { POLICY_NUMBERS, type RemovalReason, type StoreLimits } from '../../memory/store.ts'
import type { RegionSample } from '../../observe/alerts.ts'
import { SlowOperations } from '../../observe/slow.ts'
import { closedL1, Gate } from '../closed.ts'
import { commit, type TimedWrite } from '../entries/commit.ts'
import { Departures } from '../entries/departures.ts'
import { Entries } from '../entries/entries.ts'
import type { EntriesContext, RegionRemote } from '../entries/entries-context.ts'
import { IndexCheck } from '../entries/index-check.ts'
import type { L1 } from '../entries/l1.ts'
import { LiveL1 } from '../entries/l1-live.ts'
import { PackedL1 } from '../entries/l1-packed.ts'
import { RegionCodec } from '../entries/region-codec.ts'
import { Counters, type Operation, Timings } from '../figures/counters.ts'
import type { RegionReport } from '../figures/metrics.ts'
import type { Shared } from '../shared.ts'
import { noValue } from './arguments.ts'
import { CallOrder } from './call-order.ts'
import { type CallRules, callRules, livesOf, regionRules } from './call-rules.ts'
import { Namespaces } from './namespaces.ts'
import { Region } from './region.ts'
import { RegionLock } from './region-lock.ts'
import type { RegionParts } from './region-parts.ts'
import { RegionTags } from './region-tags.ts'
import { checkOwnKey } from './scope.ts'
import { needsOtherStore, retire, takeOver } from './store-change.ts'
import { storeMany } from './store-many.ts'
import type { TransactionWrite } from './transaction.ts'
import { UnderWay } from './under-way.ts'
import { Wakeups } from './wakeups.ts'

/** Makes a region's options complete. Throws for wrong ones. */
export type ResolveRegion = (own: RegionOptions) => ResolvedRegion

/**
 * One region put together, as its manager holds it: what users see, what it is made of, and
 * how that is changed at run time.
 */
export class RegionHandle {
  readonly name: string
  readonly region: Region
  readonly #shared: Shared
  readonly #resolve: ResolveRegion
  readonly #counters = new Counters()
  readonly #gate: Gate
  readonly #slow: SlowOperations
  readonly #departures: Departures
  readonly #tags: RegionTags
  readonly #wakeups: Wakeups
  readonly #order = new CallOrder()
  #own: RegionOptions
  #options: ResolvedRegion
  #rules: CallRules
  #codec: RegionCodec
  #entries: Entries

  constructor(name: string, own: RegionOptions, resolve: ResolveRegion, shared: Shared) {
    this.name = name
    this.#own = own
    this.#resolve = resolve
    this.#options = resolve(own)
    this.#rules = regionRules(this.#options)
    this.#shared = shared
    this.#gate = new Gate(name)
    this.#departures = new Departures(name, shared.emitter)
    this.#slow = new SlowOperations(shared.latencyLimits)
    this.#codec = this.#makeCodec()
    this.#tags = new RegionTags(name, shared.clock)
    this.#wakeups = new Wakeups(shared.clock)
    this.#entries = new Entries(this.#context(), this.#makeL1())
    shared.budget.add(this)
    this.region = this.#makeRegion()
  }

  get options(): ResolvedRegion {
    return this.#options
  }

  get bytes(): number {
    return this.#entries.l1.bytes
  }

  evictOne(): boolean {
    return this.#entries.l1.evictOne()
  }

  /**
   * Changes options while entries stay, unless it is the `version` that changes. A smaller
   * budget evicts at once; another store or codec takes over what memory holds; what L2 holds
   * says itself how it is to be read. Where that throws, nothing has changed.
   */
  configure(changes: RegionOptions): void {
    const own = mergeRegionOptions(this.#own, changes)
    const before = { own: this.#own, options: this.#options, codec: this.#codec }
    const options = this.#resolve(own)
    this.#own = own
    this.#options = options
    const { l1 } = this.#entries
    if (needsOtherStore(before.options, options)) {
      try {
        this.#codec = this.#makeCodec()
        this.#entries.l1 = takeOver(
          l1,
          this.#makeL1(),
          before.options.encryption !== options.encryption,
          this.#shared.sweeper,
        )
      } catch (error) {
        this.#own = before.own
        this.#options = before.options
        this.#codec = before.codec
        throw error
      }
      retire(l1, this.#shared.sweeper)
      before.codec.dispose()
    } else {
      l1.setLimits(this.#limits())
      this.#codec.fit(this.#limits().maxBytes)
      const { policy, favor } = options
      if (before.options.policy !== policy || before.options.favor !== favor) {
        l1.setPolicy(POLICY_NUMBERS[policy], favor === 'bytes')
      }
    }
    this.#rules = regionRules(options)
    this.#entries.context = this.#context()
    this.#shared.budget.enforce()
    if (before.options.version !== options.version) this.#entries.forget()
    else if (before.options.encryption !== options.encryption) {
      this.#tags.tags.forget()
      this.#order.renameTags()
      void this.#sendAnew()
    }
  }

  report(): RegionReport {
    const { policy, ttl, store } = this.#options
    const { size, bytes, limits } = this.#entries.l1
    return { counters: this.#counters, entries: size, bytes, maxBytes: limits.maxBytes, policy, ttl, store }
  }

  sample(): RegionSample {
    const { hits, misses, operations, errors, corrupt, keyMissing } = this.#counters
    const { size, bytes, limits } = this.#entries.l1
    const { maxBytes } = limits
    const durations = this.#slow
    return { hits, misses, operations, errors, corrupt, keyMissing, durations, entries: size, bytes, maxBytes }
  }

  /** Others changed entries of a region that L2 knows by this name. */
  hear(region: string, changes: readonly Change[]): void {
    if (this.#entries.context.l2?.region === region) {
      this.#entries.hear(changes)
      this.#wakeups.hear(changes)
    } else this.#tags.hear(region, changes)
  }

  /** Nothing is heard of changes any more: no token of a tag is believed for longer than it is without a bus. */
  unheard(): void {
    this.#tags.tags.distrust()
  }

  /** Others may have changed anything. */
  suspect(): void {
    this.#entries.suspect()
    this.#tags.tags.distrust()
  }

  /** Lets no call begin any more; those under way may still end well. */
  close(): void {
    this.#gate.close()
  }

  /** Settles when nothing is being sealed any more. */
  async sealed(): Promise<void> {
    await this.#entries.large.sealed()
  }

  dispose(): void {
    this.#shared.budget.remove(this)
    this.#shared.sweeper.forget(this.#entries.l1)
    this.#entries.l1.dispose()
    this.#codec.dispose()
    this.#entries.l1 = closedL1(this.name)
  }

  /** L2 knows entries under other keys than before: it is sent what memory holds. */
  async #sendAnew(): Promise<void> {
    const entries = this.#entries
    const { clock, emitter } = this.#shared
    const send = (key: string) => {
      const found = entries.l1.get(key)
      // Tags, too, are called otherwise now, and a keyed hash cannot be turned back.
      if (found === undefined || found.tags !== undefined) return { stored: false, pending: undefined }
      const now = clock.now()
      const fresh = Math.max(found.freshUntil - now, 0)
      const life = { fresh, kept: Math.max((found.staleUntil ?? found.freshUntil) - now, fresh) }
      return entries.put(key, found.value, { l1: life, l2: life }, undefined, found.etag)
    }
    try {
      const keys = Array.from(entries.l1.entries(), ([key]) => [key, undefined] as const)
      await storeMany(keys, send, (pending) => entries.send(pending), clock)
    } catch (error) {
      emitter.emit('error', { error, region: this.name })
    }
  }

  #makeRegion(): Region {
    const { name } = this
    const { clock, emitter, watch, record } = this.#shared
    const l2 = () => this.#entries.context.l2
    const storedKey = (key: string) => this.#codec.storedKey(key)
    const parts = {
      name,
      gate: this.#gate,
      clock,
      emitter,
      counters: this.#counters,
      timings: new Timings(clock, record && ((operation, ms, weight) => this.#timed(operation, ms, weight))),
      entries: this.#entries,
      defaults: () => this.#rules,
      rulesOf: (options) => callRules(this.#rules, options),
      order: this.#order,
      underWay: new UnderWay(clock),
      tagPrefix: '',
      tagsOf: (tags, kept) => this.#tags.of(tags, kept),
      changeTags: (half, tags) => this.#tags.change(half, tags),
      checkKey: (key) => checkOwnKey(key, name),
      callerKey: (key) => key,
      checkValue: (key, value) => this.#checkValue(key, value),
      encrypted: () => this.#codec.encrypted,
      publicKey: (key) => this.#codec.publicKey(key),
      lock: new RegionLock({ clock, wakeups: this.#wakeups, counters: this.#counters, l2, storedKey }),
      commit: (writes) => this.#commit(writes),
      adopt: (dictionary) => this.configure({ dictionary: succeeding(dictionary, this.#options.dictionary) }),
      active: () => watch.wake(),
    } satisfies Omit<RegionParts, 'namespaces'>
    return new Region({ ...parts, namespaces: new Namespaces(parts, this.#tags) })
  }

  #timed(operation: Operation, ms: number, weight: number): void {
    this.#shared.record?.(this.name, operation, ms, weight)
    if (operation !== 'factory') this.#slow.record(ms, weight)
  }

  /** Values must survive serialization wherever bytes are made of them, or `strict` says so. Answers the weight, if found. */
  #checkValue(key: string, value: unknown): number | undefined {
    if (value === undefined) throw noValue(this.name)
    const { store, strict } = this.#options
    const checks = store === 'live' && strict && this.#entries.context.l2 === undefined
    return checks ? this.#codec.check(key, value) : undefined
  }

  #commit(writes: ReadonlyMap<string, TransactionWrite<unknown>>): Promise<void> {
    const timed = new Map<string, TimedWrite>()
    for (const [key, write] of writes) {
      if (write.kind === 'delete') timed.set(key, write)
      else timed.set(key, { ...write, lives: livesOf(callRules(this.#rules, write.options)) })
    }
    const { l2 } = this.#entries.context
    return commit(this.name, this.#entries, timed, l2?.remote, l2?.region ?? this.name)
  }

  #makeCodec(): RegionCodec {
    const options = this.#options
    return new RegionCodec(Core.shared(), {
      ...options,
      region: this.name,
      serializer: new ValueSerializer(options.serializer),
      keys: options.encryption ? this.#shared.keys : undefined,
      memory: this.#limits().maxBytes,
    })
  }

  /** No region may hold more than the whole cache. */
  #limits(): StoreLimits {
    const { maxBytes, maxEntries } = this.#options
    return { maxBytes: Math.min(maxBytes, this.#shared.budget.maxBytes), maxEntries }
  }

  #makeL1(): L1 {
    const { policy, favor, store, clone } = this.#options
    const { clock, onRestart } = this.#shared
    const codec = this.#codec
    const common = {
      clock,
      policy: POLICY_NUMBERS[policy],
      favorBytes: favor === 'bytes',
      limits: this.#limits(),
      onRemove: (key: string, _: unknown, reason: RemovalReason) => this.#left(key, reason),
      onRestart,
    }
    if (store === 'packed')
      return new PackedL1({ ...common, codec, onCorrupt: (key, reason) => this.#corrupt(key, reason) })
    return new LiveL1({ ...common, clone, seal: (...entry) => codec.seal(...entry) })
  }

  #context(): EntriesContext {
    const { clock, emitter, budget, sweeper, remote } = this.#shared
    const l2 = remote && this.#l2(remote)
    const checkedFor = l2 !== undefined && this.#shared.l2Shared ? this.#options.l1.ttl : Infinity
    const context: EntriesContext = {
      name: this.name,
      clock,
      counters: this.#counters,
      emitter,
      budget,
      sweeper,
      l2,
      codec: this.#codec,
      index: l2 && this.#codec.encrypted ? new IndexCheck(this.#codec, l2, this.#shared.onOtherIndex) : undefined,
      schema: this.#options.schema,
      tags: this.#tags.tags,
      checkedFor,
      trust: this.#shared.coherence.trust,
    }
    this.#tags.bind(context)
    return context
  }

  /** Under a key of this process, entries stay here: nobody else could open them. */
  #l2(remote: Remote): RegionRemote | undefined {
    const { l2, encryption, version } = this.#options
    if (l2.skip || (encryption && !this.#shared.keys.shared)) return undefined
    const region = version === '1' ? this.name : `${this.name}@${encodeURIComponent(version)}`
    const limit = l2.timeout === this.#shared.l2Limit ? undefined : l2.timeout
    return { remote, tier: this.#shared.tierName, region, limit }
  }

  #left(key: string, reason: RemovalReason): void {
    const { emitter } = this.#shared
    if (reason === 'evict') this.#counters.evictions++
    else if (reason === 'expire') this.#counters.expirations++
    else return
    if (emitter.has(reason)) this.#departures.tell(reason, this.#codec.publicKey(key))
  }

  #corrupt(key: string, reason: string): void {
    this.#counters.corrupt++
    this.#shared.emitter.emit('corrupt', { region: this.name, key, reason })
  }
}
