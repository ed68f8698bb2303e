import type { Columns } from '../columns.ts'
import { type Line, Lines } from '../lines.ts'
import type { Parser } from '../parser.ts'
import type { Requests } from '../requests.ts'
import { TraceError } from '../trace-error.ts'
import type { Format, Reading } from './format.ts'

const TITLE = 'columns parted by comma, semicolon, tab or bar'
const DELIMITERS = [',', ';', '\t', '|'] as const

/** Headings, in small letters and without blanks and underscores, by which a column is known. */
const KEY_NAMES = ['key', 'id', 'objid', 'objectid', 'obj', 'object', 'url', 'path', 'block', 'lba', 'address', 'item']
const SIZE_NAMES = ['size', 'bytes', 'objsize', 'objectsize', 'length', 'valuesize', 'responsesize', 'contentlength']

/** What the first line says. */
interface Layout {
  readonly delimiter: string
  readonly header: boolean
  readonly key: number
  readonly size: number | undefined
}

/** Rows of text columns, with a header or without. */
export const csv: Format = {
  title: TITLE,
  reading(head: Uint8Array, columns: Columns): Reading {
    const layout = layoutOf(firstLine(head), columns)
    const { header, key, size } = layout
    const told = [`key in column ${key + 1}`, ...(size === undefined ? [] : [`size in column ${size + 1}`])]
    return {
      title: `CSV with${header ? '' : 'out'} a header, ${told.join(', ')}`,
      sized: size !== undefined,
      parser: (requests) => rows(layout, requests),
    }
  },
}

/** Finds the delimiter of a line of text: the one that it has most of. `undefined` where it has none. */
export function delimiterOf(line: string): string | undefined {
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length - 1)
  const most = Math.max(...counts)
  return most === 0 ? undefined : DELIMITERS[counts.indexOf(most)]
}

/** Whether a line has headings of which one is known. */
export function isHeader(fields: readonly string[]): boolean {
  return indexOfKnown(fields, KEY_NAMES) >= 0
}

function rows({ delimiter, header, key, size }: Layout, requests: Requests): Parser {
  let first = header
  return new Lines((line) => {
    if (first) {
      first = false
      return
    }
    const fields = cells(line, delimiter)
    const name = fields[key]
    if (name === undefined) throw line.wrong(`at least ${key + 1} columns`)
    requests.addText(name, size === undefined ? 1 : bytesOf(fields[size], line, size))
  })
}

function bytesOf(text: string | undefined, line: Line, column: number): number {
  const size = text === undefined || text === '' ? Number.NaN : Number(text)
  if (!(size >= 0 && size <= Number.MAX_SAFE_INTEGER)) throw line.wrong(`a number of bytes in column ${column + 1}`)
  return size
}

function layoutOf(line: string, columns: Columns): Layout {
  const delimiter = delimiterOf(line) ?? ','
  const fields = splitRow(line, delimiter) ?? []
  const named = [columns.key, columns.size].some((column) => column !== undefined && !isNumber(column))
  const header = named || isHeader(fields) || (columns.size !== undefined && !isSize(fields[Number(columns.size) - 1]))
  const size = header ? indexOfKnown(fields, SIZE_NAMES) : -1
  return {
    delimiter,
    header,
    key: columns.key === undefined ? defaultKey(fields, header) : find(columns.key, fields),
    size: columns.size === undefined ? (size < 0 ? undefined : size) : find(columns.size, fields),
  }
}

function defaultKey(fields: readonly string[], header: boolean): number {
  const known = header ? indexOfKnown(fields, KEY_NAMES) : -1
  if (known >= 0) return known
  if (fields.length === 1) return 0
  throw new TraceError(
    `line 1: which of the ${fields.length} columns is the key? Say it with --columns key=2 or key=2,size=3`,
  )
}

function find(column: string, fields: readonly string[]): number {
  const at = isNumber(column) ? Number(column) - 1 : fields.findIndex((field) => plain(field) === plain(column))
  if (at >= 0 && at < fields.length) return at
  throw new TraceError(
    `line 1: there is no column '${column}'; there are ${fields.map((field) => `'${field}'`).join(', ')}`,
  )
}

function indexOfKnown(fields: readonly string[], names: readonly string[]): number {
  const at = names.map((name) => fields.findIndex((field) => plain(field) === name)).filter((index) => index >= 0)
  return at[0] ?? -1
}

function plain(heading: string): string {
  return heading.toLowerCase().replace(/[\s_-]/g, '')
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text)
}

function isSize(text: string | undefined): boolean {
  return text !== undefined && text !== '' && Number(text) >= 0
}

function cells(line: Line, delimiter: string): readonly string[] {
  const fields = splitRow(line.text, delimiter)
  if (fields === undefined) throw line.wrong('a closing quote')
  return fields
}

/** The fields of one row, without blanks around them; those in double quotes may hold the delimiter. */
function splitRow(row: string, delimiter: string): string[] | undefined {
  if (!row.includes('"')) return row.split(delimiter).map((field) => field.trim())
  const fields: string[] = []
  let rest = row
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*/.exec(rest)
    const end = quoted === null ? rest.indexOf(delimiter) : quoted[0].length
    if (quoted === null && /^\s*"/.test(rest)) return undefined
    fields.push(quoted?.[1]?.replaceAll('""', '"') ?? (end < 0 ? rest : rest.slice(0, end)).trim())
    if (end < 0 || end >= rest.length) return fields
    if (!rest.startsWith(delimiter, end)) return undefined
    rest = rest.slice(end + delimiter.length)
  }
}

function firstLine(head: Uint8Array): string {
  const text = new TextDecoder().decode(head)
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '') ?? ''
  )
}
