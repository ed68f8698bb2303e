import { count } from './figures.ts'

/** Where progress is drawn: a terminal, or a log. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const REDRAW_MS = 100
/** Back to the line's beginning, and all of it away. */
const WIPE = '\r\x1b[2K'
const BAR = 28
/** Not on a terminal: a line each time that another quarter is done. */
const QUARTERS = 4

/** How a bar measures. */
export interface ProgressOptions {
  /** Milliseconds, from anywhere on. Default: the runtime's. */
  readonly now?: () => number
  /** Writes an amount. Default: a whole number with thousands marked. */
  readonly show?: (amount: number) => string
}

/** One line that fills up while a phase runs; in a log, four plain lines. */
export class Progress {
  readonly #output: Output
  readonly #label: string
  readonly #total: number
  readonly #now: () => number
  readonly #show: (amount: number) => string
  readonly #started: number
  #drawn = Number.NEGATIVE_INFINITY
  #quarter = 0
  /** Whether there is a line on the terminal that is not ended. */
  #open = false

  constructor(output: Output, label: string, total: number, options: ProgressOptions = {}) {
    const { now = () => performance.now(), show = count } = options
    this.#output = output
    this.#label = label
    this.#total = total
    this.#now = now
    this.#show = show
    this.#started = now()
  }

  /** Shows that `done` of the total are done; cheap to call for each one. */
  update(done: number): void {
    if (this.#output.isTTY) this.#redraw(done)
    else this.#tell(done)
  }

  /** Wipes a bar that will not come to its end. */
  stop(): void {
    if (this.#open) this.#output.write(WIPE)
    this.#open = false
  }

  #redraw(done: number): void {
    const now = this.#now()
    if (done < this.#total && now - this.#drawn < REDRAW_MS) return
    this.#drawn = now
    const line = this.#line(done, bar(done / this.#total)).slice(0, (this.#output.columns || 80) - 1)
    this.#open = done < this.#total
    this.#output.write(`${WIPE}${line}${this.#open ? '' : '\n'}`)
  }

  #tell(done: number): void {
    const quarter = Math.floor((QUARTERS * done) / this.#total)
    if (quarter === this.#quarter) return
    this.#quarter = quarter
    this.#output.write(`${this.#line(done, '')}\n`)
  }

  #line(done: number, bar: string): string {
    const seconds = Math.max((this.#now() - this.#started) / 1_000, 0.001)
    const share = `${Math.floor((100 * done) / this.#total)} %`.padStart(6)
    return `${this.#label} ${bar}${share}  ${this.#show(done)} of ${this.#show(this.#total)}  ${this.#show(done / seconds)}/s`
  }
}

function bar(share: number): string {
  const full = Math.round(share * BAR)
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`
}
