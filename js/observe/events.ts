import { didYouMean } from '../config/nearest.ts'
import { invalidOption, show } from '../config/units.ts'
import { CacheError } from '../errors.ts'
import type { Alert } from './alerts.ts'
import type { Logger } from './logger.ts'

/** Where and what an event is about. */
export interface EntryEvent {
  /** The region. */
  readonly region: string
  /** The key; redacted in a region that encrypts. */
  readonly key: string
}

/** Every event and what its listeners are given. docs/events.md is made from this. */
export interface CacheEvents {
  /** A read was answered. */
  hit: EntryEvent & {
    /** Who had the value: 'memory', 'redis', … */
    readonly tier: string
    /** Its time was over. */
    readonly stale?: true
  }
  /** A read found nothing. */
  miss: EntryEvent
  /** A value was stored. */
  set: EntryEvent
  /** A key was removed by a call. */
  delete: EntryEvent
  /** A region was emptied. */
  clear: {
    /** The region. */
    readonly region: string
    /** How many entries memory held. */
    readonly removed: number
  }
  /** The policy made an entry leave memory. */
  evict: EntryEvent
  /** An entry's time was over, and it left memory. */
  expire: EntryEvent
  /** A value was not stored in memory, because it is larger than the region's budget. */
  refused: EntryEvent
  /** A factory failed for which a stale value was handed out, or that ran in the background. */
  'refresh-failed': EntryEvent & {
    /** What it threw. */
    readonly error: unknown
  }
  /** Something failed that no call rejects for, such as a tier. */
  error: {
    /** What was thrown; of a tier a `CacheError`. */
    readonly error: unknown
    /** The region, where it is about one. */
    readonly region?: string
    /** The tier, where it is about one. */
    readonly tier?: string
  }
  /** Stored bytes would not open: the read is a miss. */
  corrupt: EntryEvent & {
    /** Why, in a word or two: 'checksum', 'key-missing', 'dictionary-missing', … */
    readonly reason: string
    /** The key of the ring that is missing, where that is why. */
    readonly keyId?: string
  }
  /** Something is wrong, or right again. */
  alert: Alert
  /** A tier was given up, is being tried, or serves again. */
  circuit: {
    /** The tier. */
    readonly tier: string
    /** 'writes': it serves reads all the time, and takes no writes: it is full, or read-only. */
    readonly part: 'tier' | 'writes'
    /** 'open': given up; 'half-open': being tried; 'closed': it serves. */
    readonly state: 'open' | 'half-open' | 'closed'
    /** What made it open. */
    readonly cause?: CacheError | undefined
  }
  /** What a tier missed while it was away is being written to it, or that has ended. */
  replay: {
    /** The tier. */
    readonly tier: string
    /** Whether it goes on, or has ended. */
    readonly state: 'replaying' | 'replayed'
    /** How many writes arrived. One that a newer one of its key has replaced meanwhile is in neither count. */
    readonly entries: number
    /** How many still wait. */
    readonly waiting: number
  }
  /** Too much waited for a tier: what waits for this region will be cleared there instead. */
  overflow: {
    /** The tier. */
    readonly tier: string
    /** The region. */
    readonly region: string
  }
  /** The cache was closed before a tier took all that waited for it. */
  unsent: {
    /** The tier. */
    readonly tier: string
    /** How many writes and clears are lost. */
    readonly entries: number
  }
  /**
   * The bus between the processes is heard, or is not: then a change of another process may be seen late,
   * after `l1.ttl` at the most.
   */
  bus: {
    /** Which bus: 'redis', 'redis-tracking', 'broadcast-channel', … */
    readonly bus: string
    /** 'up': heard; 'down': not. */
    readonly state: 'up' | 'down'
    /** What made it 'down'. */
    readonly cause?: CacheError | undefined
  }
  /** The core was started anew; packed regions are empty. */
  restart: {
    /** What made it end. */
    readonly cause: CacheError
  }
}

/** Every event's name. */
const EVENTS: ReadonlySet<string> = new Set<keyof CacheEvents>([
  'hit',
  'miss',
  'set',
  'delete',
  'clear',
  'evict',
  'expire',
  'refused',
  'refresh-failed',
  'error',
  'corrupt',
  'alert',
  'circuit',
  'replay',
  'overflow',
  'unsent',
  'bus',
  'restart',
])

function unknownEvent(event: unknown): CacheError {
  const hint = didYouMean(String(event), EVENTS) || `; there are ${[...EVENTS].join(', ')}`
  return new CacheError('INVALID_OPTION', `There is no event ${show(event)}${hint}`, { context: { option: 'event' } })
}

/** The name of an event. */
export type CacheEventName = keyof CacheEvents

/** What is called when an event happens, synchronously. What it throws is logged, never passed on. */
export type Listener<Name extends CacheEventName> = (event: CacheEvents[Name]) => void

interface Subscription {
  readonly listener: (event: never) => unknown
  readonly once: boolean
}

/**
 * Tells listeners what happens. Where nobody listens it costs next to nothing: ask `has`
 * before making an event.
 */
export class Emitter {
  /** Never changed in place, so that listeners may come and go while an event is told. */
  readonly #subscriptions: Partial<Record<CacheEventName, readonly Subscription[] | undefined>> = {}
  /** Whether anybody ever listened to anything: mostly nobody does, and that is quickly asked. */
  #heard = false
  readonly #logger: Logger
  /** Listeners that failed before: a bad one must not flood the log. */
  readonly #failed = new WeakSet<object>()

  /** @param logger Is told when a listener throws, once for each. */
  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Calls `listener` at every such event; answers what stops that. A listener is there once at most. */
  on<Name extends CacheEventName>(event: Name, listener: Listener<Name>): () => void {
    return this.#add(event, { listener, once: false })
  }

  /** Calls `listener` at the next such event; answers what prevents that. */
  once<Name extends CacheEventName>(event: Name, listener: Listener<Name>): () => void {
    return this.#add(event, { listener, once: true })
  }

  /** Stops calling `listener`. */
  off<Name extends CacheEventName>(event: Name, listener: Listener<Name>): void {
    const rest = this.#subscriptions[event]?.filter((other) => other.listener !== listener)
    this.#subscriptions[event] = rest?.length ? rest : undefined
  }

  /** Whether anybody listens. */
  has(event: CacheEventName): boolean {
    return this.#heard && this.#subscriptions[event] !== undefined
  }

  /** Calls those who listen at this moment, in the order in which they came. Never throws. */
  emit<Name extends CacheEventName>(event: Name, payload: CacheEvents[Name]): void {
    for (const { listener, once } of this.#subscriptions[event] ?? []) {
      if (once) this.off(event, listener as Listener<Name>)
      this.#call(event, listener as Listener<Name>, payload)
    }
  }

  #add<Name extends CacheEventName>(event: Name, subscription: Subscription): () => void {
    const listener = subscription.listener as Listener<Name>
    if (!EVENTS.has(event)) throw unknownEvent(event)
    if (typeof listener !== 'function') throw invalidOption('listener', listener, 'a function')
    this.off(event, listener)
    this.#heard = true
    this.#subscriptions[event] = [...(this.#subscriptions[event] ?? []), subscription]
    return () => this.off(event, listener)
  }

  #call<Name extends CacheEventName>(event: Name, listener: Listener<Name>, payload: CacheEvents[Name]): void {
    try {
      const result: unknown = listener(payload)
      // An async listener's rejection would otherwise end a Node process.
      if (result instanceof Promise) result.catch((error: unknown) => this.#report(event, listener, error))
    } catch (error) {
      this.#report(event, listener, error)
    }
  }

  #report(event: CacheEventName, listener: object, error: unknown): void {
    if (this.#failed.has(listener)) return
    this.#failed.add(listener)
    this.#logger.error(`a listener of '${event}' failed`, { event, error })
  }
}
