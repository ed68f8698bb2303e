import type { Clock } from '../clock.ts'
import { onAbort } from './aborts.ts'

/** Makes the value of a flight. */
export type Fly<T, S> = (flight: Flight<T, S>) => T | PromiseLike<T>

/**
 * Lets concurrent calls for one key share one run: its value, or its error. Nothing is kept
 * once it has ended.
 *
 * @typeParam S - What callers may be handed out while the run goes on: see `Flight.stale`.
 */
export class SingleFlight<K, T, S = never> {
  readonly #flights = new Map<K, Flight<T, S>>()
  readonly #clock: Clock | undefined

  /** @param clock - Where flights take their time from; none where nobody waits for `Flight.after`. */
  constructor(clock?: Clock) {
    this.#clock = clock
  }

  /** How many flights are under way. */
  get size(): number {
    return this.#flights.size
  }

  /** The flight of `key` that is under way. */
  get(key: K): Flight<T, S> | undefined {
    return this.#flights.get(key)
  }

  /**
   * Begins a flight in the place of the one there is, if any. It is known before it runs, so that
   * a run that asks for its own key does not run again.
   */
  begin(key: K, fly: Fly<T, S>): Flight<T, S> {
    const end = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    }
    const flight = new Flight<T, S>(end, this.#clock)
    this.#flights.set(key, flight)
    flight.start(fly)
    return flight
  }

  /** Joins the flight of `key`, or begins one. */
  run(key: K, factory: (signal: AbortSignal) => T | PromiseLike<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    const flight = this.#flights.get(key) ?? this.begin(key, (own) => factory(own.signal))
    return flight.join(signal)
  }
}

/** One run, and those who wait for it. */
export class Flight<T, S = never> {
  /** What the run comes to. Nobody has to listen to it. */
  readonly promise: Promise<T>
  /** What is there already, though it is not what the run will bring. */
  stale: S | undefined
  /** When it began. */
  readonly begun: number
  readonly #ended: () => void
  readonly #clock: Clock | undefined
  /**
   * Whether what it comes to is old by now: who calls from then on begins another one, and gets
   * nothing stale of this one.
   */
  isOld: () => boolean = () => false
  /** What it comes to is made from now on, or was just stored: what came before does not make it old. */
  renew: () => void = () => undefined
  #isLate = false
  #resolve: (value: T | PromiseLike<T>) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined
  /** Made when it is asked for: most factories never do. */
  #controller: AbortController | undefined
  #callers = 0
  #held = false
  #abandoned = false
  #looked: Promise<void> | undefined
  #endLook: (() => void) | undefined
  #hasLooked = false
  #gates: Map<number, Promise<typeof LATE>> | undefined
  #began = 0

  constructor(ended: () => void, clock: Clock | undefined) {
    this.#ended = ended
    this.#clock = clock
    this.begun = clock?.now() ?? 0
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Aborts when nobody waits any more, or the run has taken too long. */
  get signal(): AbortSignal {
    return this.#abortable().signal
  }

  get aborted(): boolean {
    return this.#controller?.signal.aborted ?? false
  }

  /** Whether all who waited have left: nobody is interested in what it comes to any more. */
  get abandoned(): boolean {
    return this.#abandoned
  }

  /** Whether it goes on though nobody may be waiting. */
  get held(): boolean {
    return this.#held
  }

  start(fly: Fly<T, S>): void {
    const end = () => {
      this.#ended()
      this.look()
    }
    this.promise.then(end, end)
    try {
      this.#resolve(fly(this))
    } catch (error) {
      this.#reject(error)
    }
  }

  /**
   * What the flight comes to, unless `signal` aborts before it: then it rejects with the signal's
   * reason, which disturbs nobody else. When all have left, the flight's own signal aborts, and the
   * next call begins anew.
   */
  join(signal: AbortSignal | undefined): Promise<T> {
    this.#callers++
    if (signal === undefined) return this.promise
    const joined = new Promise<T>((resolve, reject) => {
      const leave = () => {
        reject(signal.reason)
        this.#leave(signal.reason)
      }
      this.promise.then(resolve, reject).then(onAbort(signal, leave))
    })
    // A caller that was handed out what is stale does not listen any more.
    joined.catch(() => undefined)
    return joined
  }

  /** A newer one is under way: what this one comes to is handed out, and not stored. */
  get late(): boolean {
    return this.#isLate
  }

  overtake(): void {
    this.#isLate = true
  }

  /** Lets it go on to its end, whoever leaves. */
  hold(): void {
    this.#held = true
  }

  /** Aborts the run. */
  abort(reason: unknown): void {
    this.#abortable().abort(reason)
  }

  /** It is known whether there is something stale: what takes time begins now. */
  look(): void {
    if (this.#hasLooked) return
    this.#hasLooked = true
    this.#began = this.#clock?.now() ?? 0
    this.#endLook?.()
  }

  /** Settles when it is known whether there is something stale. */
  get looked(): Promise<void> | undefined {
    if (this.#hasLooked) return undefined
    this.#looked ??= new Promise((resolve) => {
      this.#endLook = resolve
    })
    return this.#looked
  }

  /** Tells when `ms` have passed since `look`: one timer for all who wait as long, and none that outlives the flight. */
  after(ms: number): Promise<typeof LATE> {
    this.#gates ??= new Map()
    const there = this.#gates.get(ms)
    if (there !== undefined) return there
    const clock = this.#clock
    const gate = new Promise<typeof LATE>((resolve) => {
      const timer = clock?.after(ms - (clock.now() - this.#began), () => resolve(LATE), true)
      const stop = () => timer?.cancel()
      this.promise.then(stop, stop)
    })
    this.#gates.set(ms, gate)
    return gate
  }

  #leave(reason: unknown): void {
    if (--this.#callers > 0 || this.#held) return
    this.#abandoned = true
    this.#ended()
    this.#abortable().abort(reason)
  }

  #abortable(): AbortController {
    this.#controller ??= new AbortController()
    return this.#controller
  }
}

/** What `Flight.after` answers. */
export const LATE = Symbol('late')
