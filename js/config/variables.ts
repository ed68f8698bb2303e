import { FAVORS } from '../memory/store.ts'
import { parseAddress } from '../tiers/redis/address.ts'
import { POLICIES } from './types.ts'
import { parseBytes, parseDuration } from './units.ts'

/** One environment variable: what it may be, and which option it sets to what. */
export interface Variable {
  readonly allowed: string
  /** The option, step by step: ['regions', 'metrics', 'ttl']. */
  readonly option: readonly string[]
  /** The value of the option, or `undefined` when the text is wrong. May throw instead. */
  read(text: string): unknown
}

const BOOLEANS = new Map([
  ...['true', '1', 'yes', 'on'].map((word): [string, boolean] => [word, true]),
  ...['false', '0', 'no', 'off'].map((word): [string, boolean] => [word, false]),
])

/** Variables of the cache as a whole. The encryption key is read apart, in `env.ts`. */
export const variables: ReadonlyMap<string, Variable> = new Map<string, Variable>([
  ['REDIS_URL', { allowed: 'redis://…, rediss://… or unix://…', option: ['redis'], read: readAddress }],
  [
    'REDIS_MAX_CONNECTIONS',
    { allowed: 'a whole number from 1 up', option: ['redisOptions', 'maxConnections'], read: readCount },
  ],
  ['REDIS_SOCKET_TIMEOUT', seconds(['redisOptions', 'socketTimeout'])],
  ['REDIS_RETRY_ON_TIMEOUT', flag(['redisOptions', 'retryOnTimeout'])],
  ['CACHE_ENABLE_METRICS', flag(['metrics'])],
  [
    'CACHE_HIT_RATE_THRESHOLD',
    {
      allowed: "a part such as 0.8, or a percentage such as 80 or '80%'",
      option: ['alerts', 'hitRatio', 'raise'],
      read: readRatio,
    },
  ],
  ['CACHE_ALERT_ON_LOW_HIT_RATE', { ...flag(['alerts', 'hitRatio']), read: readAlertSwitch }],
])

/** Variables of one region, by the last part of their name. */
const regionVariables: Readonly<Record<string, (region: string) => Variable>> = {
  TTL: (region) => seconds(['regions', region, 'ttl']),
  STRATEGY: (region) => ({
    allowed: POLICIES.join(', '),
    option: ['regions', region, 'policy'],
    read: (text) => oneOf(POLICIES, text),
  }),
  FAVOR: (region) => ({
    allowed: FAVORS.join(', '),
    option: ['regions', region, 'favor'],
    read: (text) => oneOf(FAVORS, text),
  }),
  MAX_SIZE: (region) => ({
    allowed: "a number of MB, or a size such as '64KB' or '1GB'",
    option: ['regions', region, 'maxBytes'],
    read: (text) => parseBytes(isNumber(text) ? `${text}MB` : text, ''),
  }),
  COMPRESSION: (region) => flag(['regions', region, 'compression']),
  ENCRYPTION: (region) => flag(['regions', region, 'encryption']),
}

/** Every variable of a region, by its name: CACHE_USER_PREFERENCES_TTL, … */
export function variablesOf(region: string): [string, Variable][] {
  const prefix = `CACHE_${region.toUpperCase().replaceAll('-', '_')}`
  return Object.entries(regionVariables).map(([suffix, make]) => [`${prefix}_${suffix}`, make(region)])
}

function seconds(option: readonly string[]): Variable {
  const allowed = "a number of seconds, a duration such as '500ms', '30m' or '7d', or Infinity"
  const read = (text: string): number => {
    if (text === 'Infinity') return Infinity
    return parseDuration(isNumber(text) ? `${text}s` : text, '')
  }
  return { allowed, option, read }
}

function flag(option: readonly string[]): Variable {
  return { allowed: [...BOOLEANS.keys()].join(', '), option, read: (text) => BOOLEANS.get(text.toLowerCase()) }
}

/** `true` keeps the limits that another variable set. */
function readAlertSwitch(text: string): object | false | undefined {
  const on = BOOLEANS.get(text.toLowerCase())
  return on === true ? {} : on
}

function readAddress(text: string): string {
  parseAddress(text)
  return text
}

function readCount(text: string): number | undefined {
  const count = Number(text)
  return /^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0 ? count : undefined
}

function oneOf(words: readonly string[], text: string): string | undefined {
  return words.find((word) => word === text.toLowerCase())
}

/** Up to 1 it is a part; beyond that, or with a sign, a percentage. */
function readRatio(text: string): number | undefined {
  const number = text.replace(/%$/, '')
  if (!isNumber(number)) return undefined
  const ratio = text.endsWith('%') || Number(number) > 1 ? Number(number) / 100 : Number(number)
  return ratio > 0 && ratio <= 1 ? ratio : undefined
}

function isNumber(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text)
}
