import type { Clock } from '../../clock.ts'
import type { ResolvedManager } from '../../config/types.ts'
import type { CacheError } from '../../errors.ts'
import type { CircuitPart } from '../../flow/link.ts'
import type { RemoteEvent } from '../../flow/remote-options.ts'
import { type Alert, Alerts, type RegionSample } from '../../observe/alerts.ts'
import type { Emitter } from '../../observe/events.ts'
import type { Logger, LogLevel } from '../../observe/logger.ts'
import { regionName } from '../region-name.ts'
import { Watch } from './watch.ts'

/** So many reasons of one outage are told: bytes that lie could give another one each time. */
const MOST_REASONS = 8

/** What a monitor is made of. */
export interface MonitorOptions {
  readonly alerts: ResolvedManager['alerts']
  readonly clock: Clock
  readonly logger: Logger
  readonly emitter: Emitter
  /** What the tier behind memory is called. */
  readonly tier: string
  /** The regions in use, as they are now. */
  readonly samples: () => ReadonlyMap<string, RegionSample>
}

/** Tells of what goes wrong, and of what is right again: events, log lines, alerts. */
export class Monitor {
  /** Takes the samples that alerts come from. */
  readonly watch: Watch
  readonly #options: MonitorOptions
  readonly #alerts: Alerts | undefined
  readonly #crashes = new WeakSet<CacheError>()
  /** Why what is away is said to be: of each probe that fails so there is no second warning. */
  readonly #told = new Map<CircuitPart, Set<string | undefined>>()
  #restarts = 0
  #l2Errors = 0

  constructor(options: MonitorOptions) {
    const { alerts, clock } = options
    this.#options = options
    this.#alerts = alerts === false ? undefined : new Alerts(alerts, clock)
    this.watch = new Watch(clock, this.#alerts && (() => this.#sample()))
  }

  /** How many operations of L2 have failed. */
  get l2Errors(): number {
    return this.#l2Errors
  }

  /** Alerts that are raised and not resolved. */
  get active(): readonly Alert[] {
    return this.#alerts?.active() ?? []
  }

  /** Something happened on the way to L2. */
  readonly remote = (event: RemoteEvent): void => {
    const { logger, emitter, tier } = this.#options
    switch (event.type) {
      case 'circuit': {
        const { part, state, cause } = event
        const what = part === 'writes' ? 'circuit of writes' : 'circuit'
        logger[this.#levelOf(event)](`${tier}: ${what} ${state}${because(cause, tier)}`, { tier, cause })
        emitter.emit('circuit', { tier, part, state, cause })
        break
      }
      case 'error':
        this.#l2Errors++
        logger.debug(`${tier}: ${event.operation} failed`, { tier, error: event.error })
        emitter.emit('error', { error: event.error, tier })
        break
      case 'replay': {
        const { state, waiting } = event
        const entries = state === 'replayed' ? event.sent : 0
        const sent = state === 'replayed' ? ` sent: ${entries},` : ''
        logger.info(`${tier}: ${state} writes;${sent} waiting: ${waiting}`, { tier })
        emitter.emit('replay', { tier, state, entries, waiting })
        break
      }
      case 'overflow': {
        const region = regionName(event.region)
        const what = event.region.endsWith(':tags') ? `what has tags in region '${region}'` : `region '${region}'`
        emitter.emit('overflow', { tier, region })
        logger.warn(`${tier}: too much waits for it, so ${what} will be cleared there`, { tier })
      }
    }
  }

  /** The bus has come, or gone. */
  readonly bus = (bus: string, state: 'up' | 'down', cause: CacheError | undefined): void => {
    const { logger, emitter } = this.#options
    logger[state === 'up' ? 'info' : 'warn'](`bus ${bus}: ${state}${because(cause, bus)}`, { bus, cause })
    emitter.emit('bus', { bus, state, cause })
  }

  /** The cache is closed, and this many writes and clears never reached L2. */
  readonly unsent = (entries: number): void => {
    const { logger, emitter, tier } = this.#options
    logger.error(`closed; writes that ${tier} did not take: ${entries}`, { tier })
    emitter.emit('unsent', { tier, entries })
  }

  /** What L2 holds of a region lies under keys that nobody here can make. */
  readonly otherIndex = (error: CacheError): void => {
    const { region } = error.context
    this.#options.logger.error(error.message, { region })
    this.#options.emitter.emit('error', { error, region: region as string })
  }

  /** A store lost its instance of the core. Each that was in it tells of the same crash. */
  readonly restart = (crash: CacheError): void => {
    if (this.#crashes.has(crash)) return
    this.#crashes.add(crash)
    this.#restarts++
    this.watch.wake()
    this.#options.logger.error(crash.message)
    this.#options.emitter.emit('restart', { cause: crash })
  }

  #levelOf({ part, state, cause }: Extract<RemoteEvent, { type: 'circuit' }>): LogLevel {
    if (state === 'closed') {
      this.#told.delete(part)
      return 'info'
    }
    const told = this.#told.get(part) ?? new Set()
    this.#told.set(part, told)
    if (state === 'half-open' || told.has(cause?.message) || told.size >= MOST_REASONS) return 'debug'
    told.add(cause?.message)
    return cause?.code === 'MISSING_PEER' ? 'error' : 'warn'
  }

  #sample(): void {
    const { logger, emitter, samples } = this.#options
    for (const alert of this.#alerts?.check({ regions: samples(), restarts: this.#restarts }) ?? []) {
      emitter.emit('alert', alert)
      if (alert.state === 'raised') logger.warn(alert.message, { alert: alert.kind })
      else logger.info(`resolved: ${alert.message}`, { alert: alert.kind })
    }
  }
}

/** Why something is away, where the message that says so names the tier already. */
function because(cause: CacheError | undefined, tier: string): string {
  return cause === undefined ? '' : `: ${cause.message.replace(`${tier}: `, '')}`
}
