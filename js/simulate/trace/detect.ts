import { basename } from 'node:path'
import { parseLogLine } from './formats/access-log.ts'
import { delimiterOf, isHeader } from './formats/csv.ts'
import type { FormatName } from './formats/index.ts'
import { ORACLE_RECORD } from './formats/oracle-general.ts'
import { TraceError } from './trace-error.ts'

/** How many lines, or records, are looked at. */
const SAMPLE = 200

/** The endings of compressed files: what is before them tells of the content. */
const COMPRESSED = /\.(gz|zst|zstd|xz)$/i

/**
 * Tells the format of a trace by its name, and where that says nothing, by how it begins.
 *
 * @throws TraceError where neither tells.
 */
export function detectFormat(path: string, head: Uint8Array): FormatName {
  if (head.byteLength === 0) throw new TraceError('it is empty')
  const byName = formatOfName(basename(path).replace(COMPRESSED, ''))
  return byName ?? (isText(head) ? formatOfText(head) : formatOfBinary(head))
}

function formatOfName(name: string): FormatName | undefined {
  if (/oraclegeneral/i.test(name)) return 'oracleGeneral'
  if (/\.lis$/i.test(name)) return 'arc'
  if (/\.(csv|tsv)$/i.test(name)) return 'csv'
  return undefined
}

/** Text has no control characters but those that part its lines and fields. */
function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13)
}

function formatOfText(head: Uint8Array): FormatName {
  const lines = sampleLines(head)
  if (/^[{[]/.test(lines[0] ?? '')) {
    throw new TraceError(
      'it holds JSON, and a trace has a key a line: make it one, as with `jq -r .key FILE | omnicache simulate -`',
    )
  }
  const all = (pattern: RegExp): boolean => lines.length > 0 && lines.every((line) => pattern.test(line))
  if (all(/^[ls]\s+0x[\da-f]+(\s+\d+)?$/i)) return 'address'
  if (all(/^\d+\s+\d+\s+\d+\s+\d+$/)) return 'arc'
  if (all(/^\d+(\.\d+)?\s+\S+\s+\d+$/)) return 'adaptsize'
  if (lines.filter((line) => parseLogLine(line) !== undefined).length * 2 > lines.length) return 'log'
  const [first = ''] = lines
  const delimiter = delimiterOf(first)
  const columns = (line: string): number => (delimiter === undefined ? 1 : line.split(delimiter).length)
  if (
    delimiter !== undefined &&
    (isHeader(first.split(delimiter)) || lines.every((line) => columns(line) === columns(first)))
  )
    return 'csv'
  if (all(/^\S+$/)) return 'keys'
  throw new TraceError(`its format cannot be told from '${first.slice(0, 60)}': name it with --format`)
}

/** Whole lines, without those that keys one a line have for comments. */
function sampleLines(head: Uint8Array): string[] {
  const lines = new TextDecoder().decode(head).split('\n')
  // The last one may be cut off, unless it is the only one.
  if (lines.length > 1) lines.pop()
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.includes('*'))
    .slice(0, SAMPLE)
}

function formatOfBinary(head: Uint8Array): FormatName {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (looksLikeOracle(view)) return 'oracleGeneral'
  if (!repeats(view)) {
    throw new TraceError(
      'its format cannot be told: it is no text, and read as numbers of 32 or 64 bits nothing in its beginning comes twice; ' +
        'if it is a trace, name its format with --format',
    )
  }
  return widthOf(view) === 64 ? 'int64' : 'int32'
}

/** Times that do not go back, objects of some bytes, and each next request later, or none. */
function looksLikeOracle(view: DataView): boolean {
  const records = Math.min(SAMPLE, Math.floor(view.byteLength / ORACLE_RECORD))
  let before = 0
  for (let record = 0; record < records; record++) {
    const at = record * ORACLE_RECORD
    const time = view.getUint32(at, true)
    const next = view.getBigInt64(at + 16, true)
    if (time < before || view.getUint32(at + 12, true) === 0 || (next >= 0n && next <= BigInt(record))) return false
    if (next < -2n) return false
    before = time
  }
  return records > 1
}

/** Whether any number comes twice, as keys do. What does of 64 bits does of 32. */
function repeats(view: DataView): boolean {
  const numbers = new Set<number>()
  for (let at = 0; at + 4 <= view.byteLength; at += 4) numbers.add(view.getUint32(at))
  return numbers.size < Math.floor(view.byteLength / 4)
}

/** How many more pairs than halves there may be where a pair is one number. */
const MORE_PAIRS = 1.2

/**
 * Numbers of 32 bits come in all pairs. One of 64 bits is known by one of its halves, or nearly,
 * so there are hardly more pairs than such halves. Where keys have not come again yet, that says
 * nothing; then 64 bits are a hash, or a number with a half that is 0.
 */
function widthOf(view: DataView): 32 | 64 {
  const pairs = Math.floor(view.byteLength / 8)
  if (pairs === 0 || view.byteLength % 8 !== 0) return 32
  const halves = [new Set<number>(), new Set<number>()] as const
  const whole = new Set<bigint>()
  let large = 0
  for (let pair = 0; pair < pairs; pair++) {
    const [first, second] = [view.getUint32(8 * pair), view.getUint32(8 * pair + 4)]
    halves[0].add(first)
    halves[1].add(second)
    whole.add(view.getBigUint64(8 * pair))
    if (Math.max(first, second) >= 2 ** 31) large++
  }
  if (halves.some((half) => half.size === 1 && half.has(0))) return 64
  if (whole.size > MORE_PAIRS * Math.max(halves[0].size, halves[1].size)) return 32
  return large * 4 > pairs ? 64 : 32
}
