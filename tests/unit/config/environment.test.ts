import { describe, expect, test } from 'vitest'
import { type Environment, readEnvironment } from '../../../js/config/env.ts'
import { resolveManager } from '../../../js/config/resolve.ts'
import type { ManagerOptions } from '../../../js/config/types.ts'
import { CacheError } from '../../../js/errors.ts'

const keys = ['a1', 'b2', 'c3'].map((byte) => byte.repeat(32))
const [first = '', second = '', third = ''] = keys

function options(environment: Environment): ManagerOptions {
  return readEnvironment(environment).options
}

function refusal(environment: Environment): CacheError {
  try {
    readEnvironment(environment)
  } catch (error) {
    if (error instanceof CacheError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('what a variable sets', () => {
  test.each<[string, string, object]>([
    ['REDIS_URL', 'redis://user:secret@localhost:6379/0', { redis: 'redis://user:secret@localhost:6379/0' }],
    ['REDIS_MAX_CONNECTIONS', '50', { redisOptions: { maxConnections: 50 } }],
    ['REDIS_SOCKET_TIMEOUT', '5', { redisOptions: { socketTimeout: 5_000 } }],
    ['REDIS_SOCKET_TIMEOUT', '0.25', { redisOptions: { socketTimeout: 250 } }],
    ['REDIS_SOCKET_TIMEOUT', '250ms', { redisOptions: { socketTimeout: 250 } }],
    ['REDIS_RETRY_ON_TIMEOUT', 'true', { redisOptions: { retryOnTimeout: true } }],
    ['CACHE_METRICS_TTL', '300', { regions: { metrics: { ttl: 300_000 } } }],
    ['CACHE_USER_PREFERENCES_TTL', '24h', { regions: { user_preferences: { ttl: 86_400_000 } } }],
    ['CACHE_METRICS_TTL', 'Infinity', { regions: { metrics: { ttl: Infinity } } }],
    ['CACHE_PROMPT_CACHE_STRATEGY', 'LFU', { regions: { prompt_cache: { policy: 'lfu' } } }],
    ['CACHE_ARTICLE_CONTENT_FAVOR', 'Bytes', { regions: { article_content: { favor: 'bytes' } } }],
    ['CACHE_EXPORT_CACHE_MAX_SIZE', '500', { regions: { export_cache: { maxBytes: 500 * 1024 ** 2 } } }],
    ['CACHE_EXPORT_CACHE_MAX_SIZE', '0.5', { regions: { export_cache: { maxBytes: 512 * 1024 } } }],
    ['CACHE_EXPORT_CACHE_MAX_SIZE', '64KB', { regions: { export_cache: { maxBytes: 65_536 } } }],
    ['CACHE_METRICS_COMPRESSION', 'yes', { regions: { metrics: { compression: true } } }],
    ['CACHE_USER_PREFERENCES_ENCRYPTION', 'Off', { regions: { user_preferences: { encryption: false } } }],
    ['CACHE_ENABLE_METRICS', '0', { metrics: false }],
    ['CACHE_HIT_RATE_THRESHOLD', '0.7', { alerts: { hitRatio: { raise: 0.7 } } }],
    ['CACHE_HIT_RATE_THRESHOLD', '70', { alerts: { hitRatio: { raise: 0.7 } } }],
    ['CACHE_HIT_RATE_THRESHOLD', '0.5%', { alerts: { hitRatio: { raise: 0.005 } } }],
    ['CACHE_HIT_RATE_THRESHOLD', '1', { alerts: { hitRatio: { raise: 1 } } }],
    ['CACHE_HIT_RATE_THRESHOLD', '100', { alerts: { hitRatio: { raise: 1 } } }],
    ['CACHE_ALERT_ON_LOW_HIT_RATE', 'false', { alerts: { hitRatio: false } }],
    ['CACHE_ALERT_ON_LOW_HIT_RATE', 'true', { alerts: { hitRatio: {} } }],
    [
      'CACHE_ENCRYPTION_KEY',
      first,
      { encryption: { keys: { current: 'default', ring: { default: first } }, indexSecret: first } },
    ],
  ])('%s=%s', (name, text, expected) => {
    expect(options({ [name]: text })).toEqual(expected)
    expect(options({ [name]: `  ${text}\n` })).toEqual(expected)
  })

  test.each(['true', '1', 'yes', 'on', 'TRUE', 'Yes'])('%s is true', (text) => {
    expect(options({ CACHE_ENABLE_METRICS: text })).toEqual({ metrics: true })
  })

  test.each(['false', '0', 'no', 'off', 'FALSE', 'No'])('%s is false', (text) => {
    expect(options({ CACHE_ENABLE_METRICS: text })).toEqual({ metrics: false })
  })

  test('all of them together, in the form that a manager reads', () => {
    const environment = {
      REDIS_URL: 'rediss://cache.example.org',
      REDIS_MAX_CONNECTIONS: '2',
      CACHE_METRICS_TTL: '60',
      CACHE_METRICS_STRATEGY: 'lru',
      CACHE_HIT_RATE_THRESHOLD: '0.5',
      CACHE_ALERT_ON_LOW_HIT_RATE: 'on',
      CACHE_ENCRYPTION_KEY: `new:${first},old:${second}`,
      PATH: '/bin',
      EMPTY: undefined,
    }
    const resolved = resolveManager(options(environment), { maxBytes: 1, production: true })
    expect(resolved.regions.get('metrics')).toMatchObject({ ttl: 60_000, policy: 'lru' })
    expect(resolved.alerts).toMatchObject({ hitRatio: { raise: 0.5, clear: 0.55 } })
    expect(resolved.encryption?.current).toBe('new')
  })

  test('the alert that is switched off stays off, whatever its limit', () => {
    const environment = { CACHE_HIT_RATE_THRESHOLD: '0.5', CACHE_ALERT_ON_LOW_HIT_RATE: 'no' }
    expect(options(environment)).toEqual({ alerts: { hitRatio: false } })
  })

  test('one that is empty is not set', () => {
    expect(options({ REDIS_URL: '', CACHE_METRICS_TTL: ' ', CACHE_ENCRYPTION_KEY: '' })).toEqual({})
  })

  test('regions beside the presets have theirs', () => {
    const environment = { CACHE_USER_SESSIONS_TTL: '5m', CACHE_OTHER_TTL: '5m' }
    expect(readEnvironment(environment, ['user-sessions']).options).toEqual({
      regions: { 'user-sessions': { ttl: 300_000 } },
    })
  })
})

describe('the ring of keys', () => {
  const ring = (text: string, secret?: string) =>
    options({ CACHE_ENCRYPTION_KEY: text, CACHE_ENCRYPTION_INDEX_SECRET: secret }).encryption

  test('has the newest first, which writes; the oldest hides the keys of entries', () => {
    expect(ring(`k3:${third}, k2:${second} ,k1:${first}`)).toEqual({
      keys: { current: 'k3', ring: { k1: first, k2: second, k3: third } },
      indexSecret: first,
    })
  })

  test('may be rotated without hiding what is stored', () => {
    expect([ring(first), ring(`k2:${second},default:${first}`)].map((encryption) => encryption?.indexSecret)).toEqual([
      first,
      first,
    ])
  })

  test('has the index secret of its own variable', () => {
    expect(ring(`k2:${second}`, third)?.indexSecret).toBe(third)
  })

  test.each<[string, string, string | undefined, string]>([
    [
      'a key that is none',
      'secret-passphrase',
      undefined,
      "CACHE_ENCRYPTION_KEY: the key 'default' is text of 17 characters that is no key",
    ],
    [
      'one of several that is none',
      `a:${first},b:secret-passphrase`,
      undefined,
      "CACHE_ENCRYPTION_KEY: the key 'b' is text of 17",
    ],
    [
      'an id that is none',
      `secret passphrase:${first}`,
      undefined,
      'CACHE_ENCRYPTION_KEY: the id of a key is malformed',
    ],
    ['key and id swapped', `${first}:k1`, undefined, 'CACHE_ENCRYPTION_KEY: the id of a key is malformed'],
    ['two keys of one id', `a:${first},a:${second}`, undefined, 'CACHE_ENCRYPTION_KEY has two keys with one id'],
    ['a comma at the end', `a:${first},`, undefined, "CACHE_ENCRYPTION_KEY: the key 'default' is text of 0 characters"],
    [
      'an index secret that is none',
      `a:${first}`,
      'secret-passphrase',
      'CACHE_ENCRYPTION_INDEX_SECRET is text of 17 characters',
    ],
  ])('is refused for %s, without a letter of a key', (_, text, secret, message) => {
    const error = refusal({ CACHE_ENCRYPTION_KEY: text, CACHE_ENCRYPTION_INDEX_SECRET: secret })
    expect(error).toMatchObject({ code: 'INVALID_ENVIRONMENT', context: { variable: 'CACHE_ENCRYPTION_KEY' } })
    expect(error.message).toContain(message)
    for (const hidden of ['passphrase', first, second]) expect(error.message).not.toContain(hidden)
  })
})

describe('a wrong variable', () => {
  test.each<[string, string, string]>([
    ['REDIS_URL', 'http://localhost', "'http://localhost'; allowed: redis://…, rediss://… or unix://…"],
    ['REDIS_URL', 'redis://%zz@localhost', "'redis://***@localhost'; allowed: redis://…"],
    ['REDIS_MAX_CONNECTIONS', '0', "'0'; allowed: a whole number from 1 up"],
    ['REDIS_MAX_CONNECTIONS', '1.5', "'1.5'; allowed: a whole number from 1 up"],
    ['REDIS_MAX_CONNECTIONS', '9'.repeat(20), `'${'9'.repeat(20)}'; allowed: a whole number from 1 up`],
    [
      'REDIS_SOCKET_TIMEOUT',
      '0',
      "'0'; allowed: a number of seconds, a duration such as '500ms', '30m' or '7d', or Infinity",
    ],
    ['REDIS_SOCKET_TIMEOUT', '-5', "'-5'; allowed: a number of seconds"],
    ['REDIS_RETRY_ON_TIMEOUT', 'maybe', "'maybe'; allowed: true, 1, yes, on, false, 0, no, off"],
    ['CACHE_METRICS_TTL', '5 minutes', "'5 minutes'; allowed: a number of seconds"],
    ['CACHE_METRICS_TTL', 'infinity', "'infinity'; allowed: a number of seconds"],
    ['CACHE_METRICS_FAVOR', 'speed', "'speed'; allowed: objects, bytes"],
    ['CACHE_METRICS_STRATEGY', 'mru', "'mru'; allowed: lru, lfu, fifo, ttl, sieve, s3fifo, tinylfu, auto"],
    ['CACHE_METRICS_MAX_SIZE', '0', "'0'; allowed: a number of MB, or a size such as '64KB' or '1GB'"],
    ['CACHE_METRICS_MAX_SIZE', '10 MB', "'10 MB'; allowed: a number of MB"],
    ['CACHE_METRICS_COMPRESSION', 'deflate', "'deflate'; allowed: true, 1"],
    ['CACHE_METRICS_ENCRYPTION', '2', "'2'; allowed: true, 1"],
    ['CACHE_ENABLE_METRICS', 'y', "'y'; allowed: true, 1"],
    ['CACHE_HIT_RATE_THRESHOLD', '0', "'0'; allowed: a part such as 0.8, or a percentage such as 80 or '80%'"],
    ['CACHE_HIT_RATE_THRESHOLD', '101', "'101'; allowed: a part"],
    ['CACHE_HIT_RATE_THRESHOLD', '0%', "'0%'; allowed: a part"],
    ['CACHE_HIT_RATE_THRESHOLD', 'high', "'high'; allowed: a part"],
    ['CACHE_ALERT_ON_LOW_HIT_RATE', '80', "'80'; allowed: true, 1"],
  ])('%s=%s is one error that says what is allowed', (name, text, message) => {
    const error = refusal({ [name]: text })
    expect(error).toMatchObject({ code: 'INVALID_ENVIRONMENT', context: { variable: name } })
    expect(error.message).toContain(`${name} is ${message}`)
  })

  test.each([
    'redis//user:hunter2@host',
    'http://user:hun/ter2@host',
    'user:hunter2@host',
    'redis://u:hunter2@h/x\nhunter2@h',
  ])('that holds a password is told without it: %j', (url) => {
    const { message } = refusal({ REDIS_URL: url })
    expect(message).toContain('REDIS_URL is ')
    expect(message).toContain('***@h')
    expect(message).not.toMatch(/hun|ter2/)
  })

  test('does not hide the others', () => {
    const error = refusal({
      CACHE_METRICS_TTL: 'x',
      CACHE_ENABLE_METRICS: 'y',
      CACHE_ENCRYPTION_KEY: 'z',
      REDIS_URL: 'redis://ok',
    })
    expect(error.message.split('\n')).toEqual([
      '3 environment variables are wrong:',
      expect.stringContaining('- CACHE_ENABLE_METRICS is '),
      expect.stringContaining('- CACHE_METRICS_TTL is '),
      expect.stringContaining('- CACHE_ENCRYPTION_KEY: '),
    ])
  })
})

describe('a name that is probably misspelt', () => {
  const warnings = (...names: string[]) =>
    readEnvironment(Object.fromEntries(names.map((name) => [name, 'x']))).warnings

  test.each([
    ['CACHE_METRIC_TTL', 'CACHE_METRICS_TTL'],
    ['CACHE_METRICS_TLL', 'CACHE_METRICS_TTL'],
    ['CACHE_API_RESPONSE_STRATEGY', 'CACHE_API_RESPONSES_STRATEGY'],
    ['CACHE_ENCRYPTION_KEYS', 'CACHE_ENCRYPTION_KEY'],
    ['CACHE_ENABLE_METRIC', 'CACHE_ENABLE_METRICS'],
  ])('%s: did you mean %s?', (name, meant) => {
    expect(warnings(name)).toEqual([`The environment variable ${name} is not known; did you mean ${meant}?`])
  })

  test.each(['CACHE_DIR', 'CACHE_PATH', 'CACHE_SESSIONS_TTL', 'REDIS_URI', 'CACHE', 'METRICS_TTL'])(
    '%s is left to others',
    (name) => {
      expect(warnings(name)).toEqual([])
    },
  )

  test('is not one of those that are known', () => {
    expect(readEnvironment({ CACHE_ENCRYPTION_INDEX_SECRET: 'x', CACHE_METRICS_TTL: '5' }).warnings).toEqual([])
  })
})
