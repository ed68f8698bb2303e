import type { History, Write } from './history.ts'

/** What a process knows of a key: what it begins to read later is not older. */
interface Floor {
  readonly write: Write
  /** Since when, in ms of the world. */
  readonly since: number
}

/** What one process has written and read, of each key the newest. */
export class Floors {
  readonly #history: History
  readonly #owner: string
  readonly #floors = new Map<string, Floor[]>()

  constructor(history: History, owner: string) {
    this.#history = history
    this.#owner = owner
  }

  /** It has seen this write. */
  raise(write: Write, now: number): void {
    // What its own factory made may have been handed out and not stored.
    if (write.excused || (write.weak && write.owner === this.#owner)) return
    const name = `${write.region}:${write.key}`
    const floors = this.#floors.get(name) ?? []
    const last = floors.at(-1)
    if (last !== undefined && !this.#history.isAfter(write, last.write)) return
    this.#floors.set(name, [...floors, { write, since: now }])
  }

  /** The newest write that it had seen of a key by then. */
  by(time: number, region: string, key: string): Write | undefined {
    return this.#floors.get(`${region}:${key}`)?.findLast(({ since }) => since <= time)?.write
  }

  clear(): void {
    this.#floors.clear()
  }
}
