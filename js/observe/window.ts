interface Moment {
  readonly at: number
  readonly totals: readonly number[]
}

/**
 * What running totals grew by in the last while. It remembers the samples of one window and
 * the last one before it. A total that went down was started anew and counts from zero.
 */
export class GrowthWindow {
  readonly #span: number
  #past: Moment[] = []

  /** @param span The window, in ms. */
  constructor(span: number) {
    this.#span = span
  }

  /** Whether it knows a whole window: before that, what it answers begins with the first sample of all. */
  get full(): boolean {
    return (this.#past[0]?.at ?? -Infinity) !== -Infinity
  }

  /**
   * Takes a sample, and answers by how much each total grew since a window ago; before there
   * is a sample of that age, since zero.
   */
  grow(at: number, totals: readonly number[]): number[] {
    const last = this.#past.at(-1)
    if (last === undefined || totals.some((total, i) => total < (last.totals[i] ?? 0))) {
      this.#past = [{ at: -Infinity, totals: [] }]
    }
    const start = this.#past.findLastIndex((moment) => moment.at <= at - this.#span)
    if (start > 0) this.#past.splice(0, start)
    this.#past.push({ at, totals })
    const base = this.#past[0]?.totals ?? []
    return totals.map((total, i) => total - (base[i] ?? 0))
  }
}
