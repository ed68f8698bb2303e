/** Makes the value of a flight. `signal` aborts when nobody waits for it any more. */
export type FlightFactory<T> = (signal: AbortSignal) => T | PromiseLike<T>

/**
 * Lets concurrent calls for one key share one run of a factory: its value, or its error.
 * Nothing is kept once it has ended.
 */
export class SingleFlight<K, T> {
  readonly #flights = new Map<K, Flight<T>>()

  /** How many factories are running. */
  get size(): number {
    return this.#flights.size
  }

  /**
   * Joins the flight of `key`, or begins one. A caller whose `signal` aborts leaves at once
   * with the signal's reason and disturbs nobody; when all have left, the factory's own signal
   * aborts, and the next call begins anew.
   */
  run(key: K, factory: FlightFactory<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    const flight = this.#flights.get(key) ?? this.#begin(key, factory)
    return flight.join(signal)
  }

  /** The flight is known before its factory runs, so that a factory that asks for its own key does not run again. */
  #begin(key: K, factory: FlightFactory<T>): Flight<T> {
    const end = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    }
    const flight = new Flight<T>(end)
    this.#flights.set(key, flight)
    flight.promise.then(end, end)
    flight.start(factory)
    return flight
  }
}

/** One run of a factory, and those who wait for it. */
class Flight<T> {
  readonly promise: Promise<T>
  readonly #controller = new AbortController()
  readonly #abandoned: () => void
  #resolve: (value: T | PromiseLike<T>) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined
  #callers = 0

  constructor(abandoned: () => void) {
    this.#abandoned = abandoned
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  start(factory: FlightFactory<T>): void {
    try {
      this.#resolve(factory(this.#controller.signal))
    } catch (error) {
      this.#reject(error)
    }
  }

  /** The flight's answer, unless `signal` aborts before it. */
  join(signal: AbortSignal | undefined): Promise<T> {
    this.#callers++
    if (signal === undefined) return this.promise
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal.reason)
        this.#leave(signal.reason)
      }
      const stay = () => signal.removeEventListener('abort', leave)
      signal.addEventListener('abort', leave, { once: true })
      this.promise.then(resolve, reject).then(stay)
    })
  }

  #leave(reason: unknown): void {
    if (--this.#callers > 0) return
    this.#abandoned()
    this.#controller.abort(reason)
  }
}
