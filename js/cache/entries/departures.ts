import { yieldToEventLoop } from '../../clock.ts'
import type { Emitter } from '../../observe/events.ts'

/** Tells listeners of the entries that left one region's memory by themselves. */
export class Departures {
  readonly #region: string
  readonly #emitter: Emitter
  #waiting: ['evict' | 'expire', string][] = []
  #telling = false

  constructor(region: string, emitter: Emitter) {
    this.#region = region
    this.#emitter = emitter
  }

  /** An entry left; `key` is what others may be told of its key. */
  tell(reason: 'evict' | 'expire', key: string): void {
    this.#waiting.push([reason, key])
    if (!this.#telling) this.#tellAll()
  }

  /**
   * A listener may store into the full region and so make more leave: that is told later, so
   * that it neither recurses nor holds up everything else.
   */
  #tellAll(): void {
    const departures = this.#waiting
    this.#waiting = []
    this.#telling = true
    for (const [reason, key] of departures) this.#emitter.emit(reason, { region: this.#region, key })
    this.#telling = false
    if (this.#waiting.length > 0) void yieldToEventLoop().then(() => this.#tellAll())
  }
}
