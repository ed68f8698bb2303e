import type { Clock, Timer } from '../../clock.ts'
import { CacheError } from '../../errors.ts'
import type { Replacement } from '../../tiers/driver.ts'

/** How many entries one round trip takes, and how long it waits for them, in ms: at most 640 a second. */
const BATCH = 64
const PAUSE = 100

/**
 * Brings to L2, behind the calls that found them, entries that were sealed under another key than
 * the one that writes, sealed again. At a limited rate: what has no room is found again at its next
 * read. What fails is left as it is, for the same reason.
 */
export class Resealer {
  readonly #clock: Clock
  readonly #send: (replacements: readonly Replacement[]) => Promise<unknown>
  readonly #waiting = new Map<string, Replacement>()
  #timer: Timer | undefined
  /** The tier cannot do it: it is not asked again. */
  #refused = false

  constructor(clock: Clock, send: (replacements: readonly Replacement[]) => Promise<unknown>) {
    this.#clock = clock
    this.#send = send
  }

  /** An entry waits to be replaced in L2. */
  add(replacement: Replacement): void {
    if (this.#refused || this.#waiting.size >= BATCH) return
    this.#waiting.set(replacement.key, replacement)
    this.#timer ??= this.#clock.after(PAUSE, () => void this.#flush())
  }

  async #flush(): Promise<void> {
    const replacements = [...this.#waiting.values()]
    this.#waiting.clear()
    await this.#send(replacements).catch((error: unknown) => {
      this.#refused = error instanceof CacheError && error.code === 'INVALID_OPTION'
    })
    this.#timer = undefined
    if (this.#waiting.size > 0) this.#timer = this.#clock.after(PAUSE, () => void this.#flush())
  }
}
