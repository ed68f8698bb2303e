import { lineFormat } from './format.ts'

/** One request of a web server's log. */
export interface LogLine {
  readonly method: string
  /** Path and query, in printable ASCII. */
  readonly target: string
  readonly status: number
  /** The bytes of the answer's body; `undefined` where the log has `-`. */
  readonly bytes: number | undefined
}

/** A line beyond this length is no access log's. */
const MAX_LINE = 16_384
/** Node's HTTP server takes about 16 KB of headers; a target beyond this is a bad line. */
const MAX_TARGET = 8_192

const LINE = /^\S+ [^[]*\[[^\]]*\] "([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?" (\d{3}) (\d+|-)(?: |$)/

/** Reads one line in common or combined log format; `undefined` if it is in neither. */
export function parseLogLine(line: string): LogLine | undefined {
  const match = line.length <= MAX_LINE ? LINE.exec(line) : null
  if (match === null) return undefined
  const [, method = '', raw = '', status, bytes] = match
  const target = asTarget(raw)
  if (target === undefined) return undefined
  return { method, target, status: Number(status), bytes: bytes === '-' ? undefined : Number(bytes) }
}

/**
 * A web server's log, common or combined: the key is path and query, the size that of the
 * answer. A server's log has lines that are no requests; they are counted and left out.
 */
export const accessLog = lineFormat("a web server's log", true, (line, requests) => {
  const request = parseLogLine(line.text)
  if (request === undefined) requests.skipped++
  else requests.addText(request.target, request.bytes ?? 0)
})

/** A proxy logs whole URLs; all others log path and query. */
function asTarget(raw: string): string | undefined {
  const path = raw.replace(/^https?:\/\/[^/?#]*/i, '')
  const target = (path.startsWith('/') ? path : `/${path}`).replace(/[^\x21-\x7e]/gu, encodeURIComponent)
  return target.length <= MAX_TARGET ? target : undefined
}
