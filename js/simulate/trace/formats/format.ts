import type { Columns } from '../columns.ts'
import { type Line, Lines } from '../lines.ts'
import type { Parser } from '../parser.ts'
import type { Requests } from '../requests.ts'

/** How one trace is read. */
export interface Reading {
  /** What the format is, for people. */
  readonly title: string
  /** Whether requests tell the bytes of their objects. */
  readonly sized: boolean
  /** Starts at the trace's first byte. */
  parser(requests: Requests): Parser
}

/** A format of traces. */
export interface Format {
  /** What it is, for `--help`. */
  readonly title: string
  /**
   * Makes ready to read a trace.
   *
   * @param head How the trace begins.
   * @param columns Which columns to read, where the user said so.
   * @throws TraceError
   */
  reading(head: Uint8Array, columns: Columns): Reading
}

/** A format that is read line by line, the same way whatever the trace. */
export function lineFormat(title: string, sized: boolean, take: (line: Line, requests: Requests) => void): Format {
  const reading: Reading = {
    title,
    sized,
    parser: (requests) => new Lines((line) => take(line, requests)),
  }
  return { title, reading: () => reading }
}
