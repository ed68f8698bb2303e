import type { Parser } from './parser.ts'
import { TraceError } from './trace-error.ts'

/** A line beyond this length is no trace's. */
const MAX_LINE = 65_536

/** More fields than this are not told apart. */
const MAX_FIELDS = 64

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const SPACE = 32
const TAB = 9
const ZERO = 48
const NINE = 57

const decoder = new TextDecoder()

/** What a UTF-8 file may begin with. */
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/** One line, without what ends it; the same object for each, so that lines cost no garbage. */
export class Line {
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  /** From 1 on. */
  number = 0
  readonly #starts = new Uint32Array(MAX_FIELDS)
  readonly #ends = new Uint32Array(MAX_FIELDS)

  get text(): string {
    return decoder.decode(this.bytes.subarray(this.start, this.end))
  }

  get isBlank(): boolean {
    let at = this.start
    while (at < this.end && isBlank(this.bytes[at] as number)) at++
    return at === this.end
  }

  /** Leaves out blanks at both ends. */
  trim(): void {
    const { bytes } = this
    while (this.start < this.end && isBlank(bytes[this.start] as number)) this.start++
    while (this.end > this.start && isBlank(bytes[this.end - 1] as number)) this.end--
  }

  /** Finds what spaces and tabs part, and answers how many fields there are. */
  split(): number {
    const { bytes, end } = this
    let count = 0
    let at = this.start
    while (count < MAX_FIELDS) {
      while (at < end && isBlank(bytes[at] as number)) at++
      if (at === end) break
      this.#starts[count] = at
      while (at < end && !isBlank(bytes[at] as number)) at++
      this.#ends[count++] = at
    }
    return count
  }

  /** Where a field begins, after `split`. */
  startOf(field: number): number {
    return this.#starts[field] as number
  }

  /** Where a field ends, after `split`. */
  endOf(field: number): number {
    return this.#ends[field] as number
  }

  /** The whole number that a field is, after `split`; NaN where it is none, or beyond 2^53. */
  integer(field: number): number {
    let value = 0
    for (let at = this.startOf(field); at < this.endOf(field); at++) {
      const digit = this.bytes[at] as number
      if (digit < ZERO || digit > NINE) return Number.NaN
      value = value * 10 + digit - ZERO
    }
    return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN
  }

  /** The error for a line that is not as its format wants it. */
  wrong(expected: string): TraceError {
    const { text } = this
    return new TraceError(
      `line ${this.number}: expected ${expected}, found '${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`,
    )
  }
}

/** Cuts bytes into lines, and tells each that is not blank. */
export class Lines implements Parser {
  readonly #take: (line: Line) => void
  readonly #line = new Line()
  #rest: Uint8Array = new Uint8Array(0)

  constructor(take: (line: Line) => void) {
    this.#take = take
  }

  write(bytes: Uint8Array): void {
    const all = this.#rest.byteLength === 0 ? bytes : joined(this.#rest, bytes)
    let start = 0
    for (;;) {
      const end = all.indexOf(LINE_FEED, start)
      if (end < 0) break
      this.#tell(all, start, end)
      start = end + 1
    }
    // A copy: who reads the file may use its buffer again.
    this.#rest = all.slice(start)
    if (this.#rest.byteLength > MAX_LINE) this.#tell(this.#rest, 0, this.#rest.byteLength)
  }

  end(): void {
    this.#tell(this.#rest, 0, this.#rest.byteLength)
  }

  #tell(bytes: Uint8Array, start: number, end: number): void {
    const line = this.#line
    line.number++
    if (end - start > MAX_LINE) throw new TraceError(`line ${line.number} has more than ${MAX_LINE} bytes`)
    line.bytes = bytes
    line.start = line.number === 1 && BYTE_ORDER_MARK.every((byte, i) => bytes[start + i] === byte) ? start + 3 : start
    line.end = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end
    if (!line.isBlank) this.#take(line)
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.byteLength + second.byteLength)
  all.set(first)
  all.set(second, first.byteLength)
  return all
}
