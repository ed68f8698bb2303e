import { CacheError } from '../errors.ts'

const DURATION_UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const BYTE_UNITS = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const

/**
 * A time span: a number of milliseconds, `Infinity` for ever, or a string with its unit:
 * `'500ms'`, `'30s'`, `'5m'`, `'1.5h'`, `'7d'`. Zero and negative spans are errors.
 */
export type Duration = number | `${number}${keyof typeof DURATION_UNITS}`

/**
 * A size: a number of bytes, or a string with its unit: `'512B'`, `'64KB'`, `'1.5MB'`,
 * `'1GB'`. A KB is 1,024 bytes, an MB 1,024 KB, a GB 1,024 MB. Fractions of a byte are dropped.
 */
export type Bytes = number | `${number}${keyof typeof BYTE_UNITS}`

/** The longest span that is not `Infinity`, in ms: a hundred years. It keeps times within 48 bits. */
export const MAX_DURATION = 36_500 * DURATION_UNITS.d

/** What a duration may be, for error messages. */
export const DURATION_ALLOWED = "a positive number of ms up to 36500d, '500ms', '30s', '5m', '1h', '7d' or Infinity"

/** What a size may be, for error messages. */
export const BYTES_ALLOWED = "a number of bytes from 1 up, '512B', '64KB', '100MB' or '1GB'"

/**
 * The milliseconds of a duration; `Infinity` means for ever.
 *
 * @param option What the error calls the value: 'regions.sessions.ttl'.
 * @throws CacheError INVALID_OPTION when it is not a `Duration`.
 */
export function parseDuration(value: unknown, option: string): number {
  const ms = typeof value === 'string' ? withUnit(value, DURATION_UNITS) : value
  if (typeof ms === 'number' && ms > 0 && (ms <= MAX_DURATION || value === Infinity)) return ms
  throw invalidOption(option, value, DURATION_ALLOWED + meant(value, DURATION_WORDS))
}

/**
 * The bytes of a size: a whole number from 1 up.
 *
 * @param option What the error calls the value: 'regions.sessions.maxBytes'.
 * @throws CacheError INVALID_OPTION when it is not a `Bytes`.
 */
export function parseBytes(value: unknown, option: string): number {
  const bytes = typeof value === 'string' ? withUnit(value, BYTE_UNITS) : value
  if (typeof bytes === 'number' && bytes >= 1 && bytes <= Number.MAX_SAFE_INTEGER) return Math.floor(bytes)
  throw invalidOption(option, value, BYTES_ALLOWED + meant(value, BYTE_WORDS))
}

/** A duration in its largest unit with at most one decimal: '90s' is '1.5m'. */
export function formatDuration(ms: number): string {
  return ms === Infinity ? 'for ever' : inLargestUnit(ms, DURATION_UNITS)
}

/** A size in its largest unit with at most one decimal: 1,536 bytes are '1.5KB'. */
export function formatBytes(bytes: number): string {
  return inLargestUnit(bytes, BYTE_UNITS)
}

/** The error for an option: says which, what it was, what about that is wrong, and what is allowed. */
export function invalidOption(option: string, value: unknown, allowed: string, lack = ''): CacheError {
  const text = `${option} is ${show(value)}${lack}; allowed: ${allowed}`
  return new CacheError('INVALID_OPTION', text, { context: { option } })
}

/** A value, short enough for a message. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 60 ? `'${value.slice(0, 60)}…'` : `'${value}'`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? 'an array' : 'an object'
}

/** How units are called where one does not know how they are written here. */
const DURATION_WORDS = { ms: /^m(s|il)/i, s: /^s/i, m: /^m(in|$)/i, h: /^h/i, d: /^d/i }
const BYTE_WORDS = { B: /^b/i, KB: /^k/i, MB: /^m/i, GB: /^g/i }

/** `; did you mean '5m'?` where a text means that, or nothing. */
function meant(value: unknown, words: Readonly<Record<string, RegExp>>): string {
  const [, amount, word = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(typeof value === 'string' ? value : '') ?? []
  const [unit] = Object.entries(words).find(([, names]) => names.test(word)) ?? []
  const text = `${amount}${unit}`
  return amount === undefined || unit === undefined || text === value || !(Number(amount) > 0)
    ? ''
    : `; did you mean '${text}'?`
}

function withUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text) ?? []
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor
}

function inLargestUnit(amount: number, units: Readonly<Record<string, number>>): string {
  const entries = Object.entries(units)
  const [unit, factor] = entries.findLast(([, size]) => amount >= size) ?? entries[0] ?? ['', 1]
  return `${Math.round((amount / factor) * 10) / 10}${unit}`
}
