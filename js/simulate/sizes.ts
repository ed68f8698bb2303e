import { BYTES_ALLOWED, formatBytes, parseBytes } from '../config/units.ts'
import { UsageError } from './usage-error.ts'

/** How large a cache is to be, as the user asked for it. */
export type SizeSpec =
  | { readonly kind: 'entries' | 'bytes'; readonly amount: number }
  /** A share of the unique keys, or of their bytes. */
  | { readonly kind: 'share' | 'byteShare'; readonly share: number }

/** How large a cache is. */
export interface Size {
  /** As the user asked for it: '512', '64MB', '1%'. */
  readonly label: string
  readonly unit: 'entries' | 'bytes'
  readonly amount: number
}

/** What the sizes of a trace are shares of. */
export interface Totals {
  readonly keys: number
  readonly uniqueBytes: number
}

/** Where nobody says which: shares of the unique keys, evenly spread on a logarithmic scale. */
export const DEFAULT_SIZES = '0.1%,0.3%,1%,3%,10%,30%'

/** Of the default sizes, those that hold fewer entries than this say nothing. */
const LEAST_BY_DEFAULT = 10

const ALLOWED = `a size is entries ('512'), bytes ('64MB'), a share of the keys ('1%') or of their bytes ('5%B')`

/**
 * Reads `512,64MB,1%,5%B`.
 *
 * @throws UsageError
 */
export function parseSizes(text: string): SizeSpec[] {
  return text.split(',').map((part) => parseSize(part.trim()))
}

function parseSize(text: string): SizeSpec {
  const [, percent, unit] = /^(\d+(?:\.\d+)?)%(B?)$/.exec(text) ?? []
  if (percent !== undefined) {
    const share = Number(percent) / 100
    if (!(share > 0 && share <= 1)) throw new UsageError(`a share is more than 0% and at most 100%, not '${text}'`)
    return { kind: unit === 'B' ? 'byteShare' : 'share', share }
  }
  if (/^\d+$/.test(text)) {
    const amount = Number(text)
    if (!(amount >= 1 && amount < 2 ** 31))
      throw new UsageError(`a cache has from 1 to 2147483647 entries, not ${text}`)
    return { kind: 'entries', amount }
  }
  try {
    return { kind: 'bytes', amount: parseBytes(text, '--sizes') }
  } catch {
    const hint = /[a-z]/i.test(text) ? `; bytes are ${BYTES_ALLOWED}` : ''
    throw new UsageError(`${ALLOWED}, not '${text}'${hint}`)
  }
}

/** Whether the trace must be counted before the caches can be made. */
export function needTotals(specs: readonly SizeSpec[]): boolean {
  return specs.some(({ kind }) => kind === 'share' || kind === 'byteShare')
}

/** Whether the trace has to tell the bytes of its objects. */
export function needBytes(specs: readonly SizeSpec[]): boolean {
  return specs.some(({ kind }) => kind === 'bytes' || kind === 'byteShare')
}

/**
 * The sizes of caches for one trace: at least one entry, or one byte; equal ones once.
 *
 * @param chosen Whether the user chose them, and so wants even the smallest.
 */
export function resolveSizes(specs: readonly SizeSpec[], totals: Totals, chosen: boolean): Size[] {
  const sizes = specs.map((spec) => resolve(spec, totals))
  const seen = new Set<string>()
  const distinct = sizes.filter(({ unit, amount }) => !seen.has(`${amount} ${unit}`) && seen.add(`${amount} ${unit}`))
  if (chosen) return distinct
  const telling = distinct.filter(({ amount }) => amount >= LEAST_BY_DEFAULT)
  return telling.length > 0 ? telling : distinct.slice(-1)
}

function resolve(spec: SizeSpec, { keys, uniqueBytes }: Totals): Size {
  switch (spec.kind) {
    case 'entries':
      return { label: String(spec.amount), unit: 'entries', amount: spec.amount }
    case 'bytes':
      return { label: formatBytes(spec.amount), unit: 'bytes', amount: spec.amount }
    case 'share':
      return { label: percent(spec.share), unit: 'entries', amount: Math.max(1, Math.round(spec.share * keys)) }
    case 'byteShare':
      return { label: percent(spec.share), unit: 'bytes', amount: Math.max(1, Math.round(spec.share * uniqueBytes)) }
  }
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(6))}%`
}
