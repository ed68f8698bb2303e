import { type Clock, systemClock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import { isLoggerLike, type Logger, silentLogger, toLogger } from '../observe/logger.ts'
import type { Bus } from '../tiers/bus.ts'
import type { Driver } from '../tiers/driver.ts'
import { parseAddress } from '../tiers/redis/address.ts'
import type { ReadFrom, RedisSource } from '../tiers/redis/index.ts'
import { alertOptions } from './alert-options.ts'
import { type KeyRing, type KeyRingOptions, parseKeyRing } from './encryption-keys.ts'
import { bytes, count, derived, duration, field, flag, group, oneOf, withMethods } from './fields.ts'
import type { ResolvedManager } from './types.ts'
import { invalidOption, show } from './units.ts'

const DRIVER_METHODS = [
  'getMany',
  'setMany',
  'exchangeMany',
  'setIfAbsent',
  'commit',
  'deleteMany',
  'deletePrefix',
  'now',
  'connect',
  'close',
] as const satisfies readonly (keyof Driver)[]

const NAMES = "1 to 64 letters, digits, '_' or '-'"
const BUSES = "'auto', 'pubsub', 'tracking', false, or a bus"
const parseDriver = withMethods<Driver>(
  "a driver, such as sqliteDriver('./cache.db') or indexedDbDriver()",
  DRIVER_METHODS,
)
const parseOwnBus = withMethods<Bus>(BUSES, ['start', 'publish', 'close'])
const parseClock = withMethods<Clock>('a Clock', ['now', 'exact', 'wall', 'after'])

const REDIS =
  "a URL such as 'redis://localhost:6379/0', an ioredis or node-redis client, an array of cluster nodes, or { sentinels, name }"
const KEYS = '{ keys, indexSecret? }'

/** What may be the name of a namespace or a region, so that no two pairs of them meet in one key. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/

/** Options that concern the regions: `resolve.ts` makes `ResolvedManager.regions` of them. */
interface RegionSettings {
  readonly regions: Readonly<Record<string, unknown>>
  readonly defaults: unknown
  readonly compression: boolean
}

/** What the table below makes of a manager's options. */
export type ManagerSettings = Omit<ResolvedManager, 'regions' | 'maxBytes' | 'strict'> &
  RegionSettings & { readonly maxBytes: number | undefined; readonly strict: boolean | undefined }

/** The options of a manager. */
export const managerOptions = group<ManagerSettings>(
  'A cache manager',
  {
    redis: field<RedisSource | undefined>('L2 in Redis', REDIS, undefined, parseRedis),
    redisOptions: group('', {
      maxConnections: count('The most connections; one carries all commands', 1, 1),
      socketTimeout: duration('How long a silent socket is waited for', 5_000),
      connectTimeout: duration('How long a new connection may take', 5_000),
      retryOnTimeout: flag('Whether a read that timed out is tried once more', false),
      readFrom: oneOf<ReadFrom>('Who may answer reads of values', ['master', 'replica'], 'master'),
    }),
    l2: field<Driver | undefined>(
      'L2 in any other tier; not together with `redis`',
      'a driver',
      undefined,
      parseDriver,
    ),
    bus: field('How those who share L2 learn what changed', BUSES, 'auto', parseBus),
    namespace: field('What every key in L2 starts with', NAMES, 'omnicache', checkName),
    regions: field('Regions beside the presets, and changes to those', 'an object of regions', {}, parseRegions, '{}'),
    defaults: field<unknown>('Options of every region', 'options of a region', undefined, (value) => value),
    metrics: flag('Whether durations are measured', true),
    compression: flag('`false`: no region compresses unless its own options say so', true),
    encryption: field<KeyRing | undefined>('The keys of regions that encrypt', KEYS, undefined, parseEncryption),
    maxBytes: derived(
      bytes('The ceiling over all regions', 1),
      "a quarter of the process's memory; 64MB in browsers, 32MB in workers",
      () => undefined,
    ),
    strict: derived(
      flag('Whether values must be serialisable also without an L2', true),
      'true outside production',
      () => undefined,
    ),
    logger: field<Logger>(
      'Where logs go; the console itself gets no debug lines',
      'a console-, pino- or winston-shaped object',
      silentLogger,
      parseLogger,
      'none',
    ),
    alerts: alertOptions,
    timeouts: group('', {
      close: duration('How long `close` may take to write what is queued', 5_000),
    }),
    circuit: group(
      '',
      {
        threshold: count('Failures in a row after which L2 counts as away', 1, 1),
        firstDelay: duration('The first pause before L2 is tried again; it doubles each time', 100),
        maxDelay: duration('The longest pause', 5_000),
      },
      ({ firstDelay, maxDelay }, path) => {
        if (maxDelay < firstDelay)
          throw invalidOption(`${path}.maxDelay`, maxDelay, `from firstDelay (${firstDelay}) up`)
      },
    ),
    journal: group('', {
      maxEntries: count('The most writes kept for an L2 that is away', 1, 10_000),
      maxBytes: bytes('The most bytes kept for an L2 that is away', 16 * 1024 ** 2),
    }),
    clock: field<Clock>('Where time comes from', 'a Clock', systemClock, parseClock, 'the runtime'),
  },
  ({ redis, l2 }, path) => {
    if (redis !== undefined && l2 !== undefined)
      throw invalidOption(path === '' ? 'l2' : `${path}.l2`, l2, 'one of `redis` and `l2`')
  },
)

/** Whether a namespace or a region may be called so. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value)
}

/**
 * Passes the name of a namespace or a region.
 *
 * @throws CacheError INVALID_OPTION
 */
export function checkName(value: unknown, option: string): string {
  if (isName(value)) return value
  throw invalidOption(option, value, NAMES)
}

/** No message repeats a URL: it may hold a password. */
function parseRedis(value: unknown, option: string): RedisSource {
  if (typeof value === 'string') parseAddress(value)
  else if (Array.isArray(value) ? value.length === 0 : !isClient(value) && !isSentinels(value)) {
    throw invalidOption(option, value, REDIS, mistaken(value))
  }
  return value as RedisSource
}

/** What was probably meant by what is no source; of its members no message tells but where it is. */
function mistaken(value: unknown): string {
  if (Array.isArray(value)) return ' without nodes'
  const { host, port = 6379, then, sentinels } = (value ?? {}) as Record<string, unknown>
  if (sentinels !== undefined) return ' that lacks a sentinel, or the name of the master'
  if (typeof then === 'function') return ', a promise: `await` it first'
  if (typeof host !== 'string' || !/^[\w.-]+$/.test(host)) return ''
  return `, { host, port }: as a URL that is 'redis://${host}:${Number(port)}'`
}

/** Which client it is, and whether it has all that is needed, is the tier's to see. */
function isClient(value: unknown): boolean {
  const { call, sendCommand } = (value ?? {}) as { call?: unknown; sendCommand?: unknown }
  return typeof call === 'function' || typeof sendCommand === 'function'
}

function isSentinels(value: unknown): boolean {
  const { sentinels, name } = (value ?? {}) as { sentinels?: unknown; name?: unknown }
  return Array.isArray(sentinels) && sentinels.length > 0 && typeof name === 'string'
}

function parseBus(value: unknown, option: string): ResolvedManager['bus'] {
  if (value === 'auto' || value === 'pubsub' || value === 'tracking' || value === false) return value
  return parseOwnBus(value, option)
}

function parseRegions(value: unknown, option: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidOption(option, value, 'an object: { name: options }')
  }
  for (const name of Object.keys(value)) checkName(name, `a name in ${option}`)
  return value as Record<string, unknown>
}

function parseEncryption(value: unknown, option: string): KeyRing {
  if (typeof value !== 'object' || value === null) {
    // No message repeats a string here: it is a key.
    const given =
      typeof value === 'string' ? `a string; did you mean { keys: '…' }?` : `${show(value)}; allowed: ${KEYS}`
    throw new CacheError('INVALID_OPTION', `${option} is ${given}`, { context: { option } })
  }
  return parseKeyRing(value as KeyRingOptions)
}

function parseLogger(value: unknown, option: string): Logger {
  if (isLoggerLike(value)) return toLogger(value)
  throw invalidOption(option, value, 'an object with methods such as warn and error')
}
