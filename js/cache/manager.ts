import { readEnvironment } from '../config/env.ts'
import type { RegionNameIn, TypedName } from '../config/presets.ts'
import { given, mergeRegionOptions, resolveManager, resolveRegion, unknownRegion } from '../config/resolve.ts'
import type { Host, ManagerOptions, RegionOptions, ResolvedManager, ResolvedRegion } from '../config/types.ts'
import { parseDuration } from '../config/units.ts'
import { Coherence } from '../flow/coherence/coherence.ts'
import type { Change } from '../flow/coherence/message.ts'
import { systemRandom } from '../flow/random.ts'
import { Remote } from '../flow/remote.ts'
import type { Replayed } from '../flow/replay.ts'
import { INSPECT, type Inspect, inspected } from '../inspect.ts'
import { Sweeper } from '../memory/sweeper.ts'
import { type CacheEventName, Emitter, type Listener } from '../observe/events.ts'
import { MemoryBudget, tellOfCeiling } from './budget.ts'
import { closedError } from './closed.ts'
import { busText } from './figures/bus-text.ts'
import { Counters } from './figures/counters.ts'
import { type CacheMetrics, type L2Report, MetricsReport, type RegionReport } from './figures/metrics.ts'
import { Monitor } from './figures/monitor.ts'
import { environment, host } from './host.ts'
import { l2Bus, l2Driver } from './l2.ts'
import type { Region } from './region/region.ts'
import { RegionHandle } from './region/region-handle.ts'
import { RegionKeys, warnOfMissingKey } from './region/region-keys.ts'
import { RegionCalls } from './region-calls.ts'
import { regionName } from './region-name.ts'
import type { Shared } from './shared.ts'
import type { CacheStatus, CloseResult } from './status.ts'

/**
 * The cache: memory in front, and behind it the tier that the options name, or none. What
 * the program calls never fails because that tier is away; it rejects with a `CacheError` only
 * for what the caller did wrong.
 *
 * Making one opens nothing and starts nothing; that happens at the first call, or at `ready`.
 *
 * @example
 * const cache = new CacheManager({
 *   redis: 'redis://localhost:6379/0',
 *   regions: { sessions: { ttl: '30m', policy: 'lru', maxBytes: '64MB' } },
 * })
 * await cache.set('sessions', 'u1', { name: 'Ada' })
 * await cache.get('sessions', 'u1')
 */
export class CacheManager<Values extends object = Record<string, unknown>>
  extends RegionCalls<Values>
  implements AsyncDisposable
{
  readonly #options: ManagerOptions
  readonly #resolved: ResolvedManager
  readonly #host: Host
  readonly #handles = new Map<string, RegionHandle>()
  readonly #report: MetricsReport
  readonly #shared: Shared
  readonly #monitor: Monitor
  #closing: Promise<CloseResult> | undefined

  /**
   * @throws CacheError `INVALID_OPTION`, `INVALID_ENCRYPTION_KEY`: names the option, its
   * value and what is allowed.
   */
  constructor(options: ManagerOptions<Values> = {}) {
    super()
    const here = host()
    const resolved = resolveManager(options, here)
    const { clock, logger, maxBytes, alerts, metrics, namespace, circuit, journal } = resolved
    const driver = l2Driver(resolved)
    const tier = driver?.name ?? 'memory'
    const emitter = new Emitter(logger)
    const report = new MetricsReport(maxBytes, resolved.regions.keys())
    const samples = () => new Map([...this.#handles].map(([name, handle]) => [name, handle.sample()]))
    const monitor = new Monitor({ alerts, clock, logger, emitter, tier, samples })
    const onEvent = monitor.remote
    const bus = l2Bus(resolved, driver)
    const coherence = new Coherence({
      bus,
      namespace,
      clock,
      random: systemRandom,
      lags: driver?.lags ?? false,
      onChanges: (region, changes) => this.#hear(region, changes),
      onState: (state, cause) => {
        if (state === 'up') this.#shared.remote?.hasten()
        monitor.bus(bus?.name ?? '', state, cause)
      },
      onDoubt: () => {
        for (const handle of this.#handles.values()) handle.unheard()
      },
    })
    const onWritten = (written: Replayed) => coherence.wrote(written)
    tellOfCeiling(options, resolved)
    this.#options = withoutKeys(options)
    this.#resolved = resolved
    this.#host = here
    this.#monitor = monitor
    this.#report = report
    this.#shared = {
      clock,
      emitter,
      budget: new MemoryBudget(maxBytes),
      sweeper: new Sweeper(clock),
      watch: monitor.watch,
      keys: new RegionKeys(resolved.encryption),
      coherence,
      remote:
        driver &&
        new Remote({
          driver,
          namespace,
          clock,
          limit: L2_LIMIT,
          circuit,
          journal,
          onEvent,
          onWritten,
          onReplayed: (replayed) => coherence.replayed(replayed),
          onUse: () => coherence.start(),
          onClosing: (left) => coherence.close(left),
        }),
      tierName: tier,
      l2Shared: driver?.shared ?? false,
      l2Limit: L2_LIMIT,
      record: metrics ? (region, operation, ms, weight) => report.record(region, operation, ms, weight) : undefined,
      latencyLimits: alerts === false ? false : alerts.latency,
      onOtherIndex: monitor.otherIndex,
      onRestart: monitor.restart,
    }
  }

  /**
   * A cache configured by environment variables, under `options`, which count more. Without
   * `REDIS_URL` it is memory alone. Where there are no variables, as in browsers, it is what
   * `options` say.
   *
   * @throws CacheError `INVALID_ENVIRONMENT`: names each wrong variable, its value and what
   * is allowed.
   */
  static fromEnv<Values extends object = Record<string, unknown>>(
    options: ManagerOptions<Values> = {},
  ): CacheManager<Values> {
    const { options: read, warnings } = readEnvironment(environment(), Object.keys(options.regions ?? {}))
    const regions: Record<string, RegionOptions> = { ...read.regions }
    for (const [name, own] of Object.entries<RegionOptions>(options.regions ?? {})) {
      regions[name] = mergeRegionOptions(regions[name] ?? {}, own)
    }
    const manager = new CacheManager({ ...read, ...given(options), regions } as ManagerOptions<Values>)
    for (const warning of warnings) manager.#resolved.logger.warn(warning)
    return manager
  }

  /**
   * A region, bound and typed.
   *
   * @throws CacheError `UNKNOWN_REGION`, `CLOSED`
   */
  override region<Name extends TypedName<Values>>(name: Name): Region<Values[Name]>
  override region<V = unknown>(name: RegionNameIn<Values>): Region<V>
  override region(name: RegionNameIn<Values>): Region {
    return this.#handle(name).region
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closing !== undefined
  }

  get [Symbol.toStringTag](): string {
    return 'CacheManager'
  }

  /** @internal */
  [INSPECT](depth: number, options: unknown, inspect: Inspect): string {
    const { closed, regions } = this
    return inspected('CacheManager', { tier: this.#shared.tierName, closed, regions }, depth, options, inspect)
  }

  /** Every region's name, presets first. */
  get regions(): readonly RegionNameIn<Values>[] {
    return [...this.#resolved.regions.keys()] as RegionNameIn<Values>[]
  }

  /** A region's options, complete: times in ms, sizes in bytes. */
  config(region: RegionNameIn<Values>): ResolvedRegion {
    return this.#handle(region).options
  }

  /**
   * Changes a region's options at once. Entries stay: a smaller budget evicts, a new policy
   * takes them over, and what L2 holds can be read whatever the codec is now.
   *
   * @throws CacheError `INVALID_OPTION`; nothing has changed then.
   */
  configure(region: RegionNameIn<Values>, changes: RegionOptions): void {
    this.#handle(region).configure(changes)
  }

  /** Figures of all regions and tiers, since the start. */
  metrics(): CacheMetrics {
    this.#assertOpen()
    const bus = this.#shared.coherence.figures()
    return { ...this.#report.snapshot(this.#reports(), this.#l2Report()), ...(bus && { bus }) }
  }

  /** The same figures in Prometheus' text format 0.0.4, of regions that are configured or were used. */
  metricsText(): string {
    this.#assertOpen()
    const reports = this.#reports()
    for (const name of reports.keys()) {
      if (!this.#handles.has(name) && this.#options.regions?.[name] === undefined) reports.delete(name)
    }
    return this.#report.text(reports, this.#l2Report()) + busText(this.#shared.coherence.figures())
  }

  /** How the cache, and the tier behind memory, are doing. */
  status(): CacheStatus {
    const { remote, tierName } = this.#shared
    const { bytes, maxBytes } = this.#shared.budget
    const l2 = remote === undefined ? { state: 'none' as const } : { tier: tierName, ...remote.status() }
    return { l2, bus: this.#shared.coherence.status(), bytes, maxBytes, alerts: this.#monitor.active }
  }

  /**
   * Waits until the tier behind memory serves: true at once where there is none, false where
   * that took longer than `timeout` (default: 5 s). The cache can be used before.
   */
  async ready(timeout: number | string = 5_000): Promise<boolean> {
    this.#assertOpen()
    const limit = parseDuration(timeout, 'timeout')
    return this.#shared.remote === undefined || this.#shared.remote.ready(limit)
  }

  /** Calls `listener` at every such event; answers what stops that. */
  on<Name extends CacheEventName>(event: Name, listener: Listener<Name>): () => void {
    return this.#shared.emitter.on(event, listener)
  }

  /** Calls `listener` at the next such event; answers what prevents that. */
  once<Name extends CacheEventName>(event: Name, listener: Listener<Name>): () => void {
    return this.#shared.emitter.once(event, listener)
  }

  /** Stops calling `listener`. */
  off<Name extends CacheEventName>(event: Name, listener: Listener<Name>): void {
    this.#shared.emitter.off(event, listener)
  }

  /**
   * Ends the cache: sends what waits for L2, trying again until `timeouts.close` is over where
   * L2 is away; and closes what the cache made itself; a client that it was handed stays open. Calls after it reject with
   * `CLOSED`.
   */
  close(): Promise<CloseResult> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** As `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<CloseResult> {
    const { sweeper, watch, remote } = this.#shared
    watch.stop()
    for (const handle of this.#handles.values()) handle.close()
    await Promise.all(Array.from(this.#handles.values(), (handle) => handle.sealed()))
    const result = await remote?.close(this.#resolved.timeouts.close)
    for (const handle of this.#handles.values()) handle.dispose()
    this.#shared.keys.dispose()
    sweeper.stop()
    this.#report.dispose()
    const unsent = result?.unsent ?? 0
    if (unsent > 0) this.#monitor.unsent(unsent)
    return { unsent }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedError()
  }

  #handle(name: string): RegionHandle {
    if (this.#closing !== undefined) throw closedError(name)
    return this.#handles.get(name) ?? this.#makeHandle(name)
  }

  /** Regions are made when they are first used: an unused one costs nothing. */
  #makeHandle(name: string): RegionHandle {
    if (!this.#resolved.regions.has(name)) throw unknownRegion(name, this.#resolved.regions.keys())
    const resolve = (own: RegionOptions) => resolveRegion(name, own, this.#options, this.#host)
    const handle = new RegionHandle(name, this.#options.regions?.[name] ?? {}, resolve, this.#shared)
    this.#handles.set(name, handle)
    if (this.#shared.remote !== undefined) warnOfMissingKey(this.#resolved, name)
    return handle
  }

  /** Others changed something in L2; without a region, it may be anything. */
  #hear(region: string | undefined, changes: readonly Change[]): void {
    if (region === undefined) for (const handle of this.#handles.values()) handle.suspect()
    else this.#handles.get(regionName(region))?.hear(region, changes)
  }

  #reports(): Map<string, RegionReport> {
    const reports = new Map<string, RegionReport>()
    for (const [name, options] of this.#resolved.regions) {
      const { policy, ttl, store } = options
      const maxBytes = Math.min(options.maxBytes, this.#resolved.maxBytes)
      const unused = { counters: NOTHING, entries: 0, bytes: 0, maxBytes, policy, ttl, store }
      reports.set(name, this.#handles.get(name)?.report() ?? unused)
    }
    return reports
  }

  #l2Report(): L2Report | undefined {
    const { remote, tierName } = this.#shared
    return remote && { name: tierName, errors: this.#monitor.l2Errors }
  }
}

/** The limit of one operation in L2, in ms, where a region has none of its own. */
const L2_LIMIT = 250

/** What an unused region has counted. */
const NOTHING = new Counters()

/** What is kept of the options: keys are wiped when the cache closes, as far as they are its own copies. */
function withoutKeys({ encryption: _, ...options }: ManagerOptions): ManagerOptions {
  return options
}
