import type { CacheError } from '../../errors.ts'
import { closedError } from '../tier-error.ts'
import { connectionError, type Destination } from './connection-error.ts'
import { givenUp, TIER } from './link.ts'

/** The part of an event emitter that links use. */
export interface Emitter {
  on(event: string, listener: (...args: never[]) => void): unknown
  removeListener(event: string, listener: (...args: never[]) => void): unknown
  listeners(event: string): unknown[]
}

interface Waiting {
  resolve(): void
  reject(error: CacheError): void
}

/** A client may emit 'error' when nobody else listens any more; Node would end the process. */
const ignore = (): void => undefined

/** Watches the events of a client: keeps its errors from ending the process, and waits for its connection. */
export class ConnectionWatch {
  readonly #client: Emitter
  readonly #isReady: () => boolean
  readonly #to: Destination | undefined
  readonly #waiting = new Set<Waiting>()
  readonly #listeners: Readonly<Record<string, (error?: unknown) => void>>
  #established = false
  #onReady: (() => void) | undefined
  #lastError: CacheError | undefined

  /** @param to - Where a client of ours connects. */
  constructor(client: Emitter, isReady: () => boolean, to?: Destination) {
    this.#client = client
    this.#isReady = isReady
    this.#to = to
    this.#listeners = {
      connect: () => {
        this.#established = true
        this.check()
      },
      ready: () => this.check(),
      reconnecting: () => {
        this.#established = false
      },
      error: (error) => this.fail(error),
      end: () => this.#ended(),
    }
    if (!client.listeners('error').includes(ignore)) client.on('error', ignore)
    for (const [event, listener] of Object.entries(this.#listeners)) client.on(event, listener)
  }

  /** Why there is no connection, as far as it is known. */
  get lastError(): CacheError | undefined {
    if (this.#lastError !== undefined || this.#isReady()) return this.#lastError
    const handshake = this.#to?.tls ? ': the TLS handshake is not over' : ''
    const where = this.#established
      ? 'connected, but the server is not ready: it loads its data, or does not answer'
      : `no connection yet${handshake}`
    return connectionError(new Error(where), this.#to, true)
  }

  /**
   * Resolves when the client is ready, rejects at its next error. `start` is what makes it
   * connect; without it an attempt is under way already.
   */
  outcome(start?: () => Promise<unknown>): Promise<void> {
    if (this.#isReady()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.add({ resolve, reject })
      start?.().then(
        () => this.check(),
        (error: unknown) => this.#ended(error),
      )
    })
  }

  /** To be called when the client may have become ready. */
  check(): void {
    if (!this.#isReady()) return
    this.#lastError = undefined
    this.#settle((waiting) => waiting.resolve())
    this.#onReady?.()
  }

  /** To be called when the attempt under way has failed. */
  fail(error: unknown): void {
    const explained = connectionError(error, this.#to, this.#established)
    this.#lastError = explained
    this.#settle((waiting) => waiting.reject(explained))
  }

  /** To be called when the connection is given up. Why there is none, if there is none, was said before. */
  giveUp(): void {
    this.#settle((waiting) => waiting.reject(this.#lastError ?? givenUp()))
  }

  /** Calls back when a connection breaks or ends; answers what stops that. */
  onBreak(told: () => void): () => void {
    const events = ['close', 'reconnecting', 'end']
    for (const event of events) this.#client.on(event, told)
    return () => {
      for (const event of events) this.#client.removeListener(event, told)
    }
  }

  /** Calls back whenever the client may have become ready and is; one listener. */
  onReady(told: () => void): void {
    this.#onReady = told
  }

  /** Stops listening, except that later errors still don't end the process. */
  dispose(): void {
    for (const [event, listener] of Object.entries(this.#listeners)) this.#client.removeListener(event, listener)
    this.#settle((waiting) => waiting.reject(closedError(TIER)))
  }

  /** An attempt is over: the errors before say why, if there were any. */
  #ended(error: unknown = new Error('the connection was closed')): void {
    if (this.#waiting.size > 0) this.fail(this.#lastError ?? error)
  }

  #settle(how: (waiting: Waiting) => void): void {
    for (const waiting of this.#waiting) how(waiting)
    this.#waiting.clear()
  }
}
