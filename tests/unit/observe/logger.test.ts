import { describe, expect, test, vi } from 'vitest'
import { isLoggerLike, silentLogger, toLogger, withoutCredentials } from '../../../js/observe/logger.ts'

const levels = ['debug', 'info', 'warn', 'error'] as const
const methods = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() })

describe('a logger from outside', () => {
  test.each<[string, object]>([
    ['the console', {}],
    ['winston', { child: () => {}, fatal: () => {}, transports: [] }],
    ['winston without custom levels', { child: () => {}, transports: [], log: () => {} }],
  ])('shaped like %s is given the message first', (_, more) => {
    const target = { ...methods(), ...more }
    const logger = toLogger(target)
    for (const level of levels) {
      logger[level]('hello', { region: 'r' })
      logger[level]('alone')
      expect(target[level].mock.calls).toEqual([['hello', { region: 'r' }], ['alone']])
    }
  })

  test('shaped like pino is given the fields first', () => {
    const target = { ...methods(), child: () => {}, fatal: () => {}, trace: () => {} }
    const logger = toLogger(target)
    for (const level of levels) {
      logger[level]('hello', { region: 'r' })
      logger[level]('alone')
      expect(target[level].mock.calls).toEqual([
        [{ region: 'r' }, 'hello'],
        [{}, 'alone'],
      ])
    }
  })

  test('keeps its this', () => {
    class Lines {
      readonly lines: string[] = []
      warn(message: string) {
        this.lines.push(message)
      }
    }
    const target = new Lines()
    toLogger(target).warn('hello')
    expect(target.lines).toEqual(['hello'])
  })

  test('may lack levels: their lines are dropped', () => {
    const warn = vi.fn()
    const logger = toLogger({ warn })
    logger.debug('lost')
    logger.warn('kept')
    expect(warn.mock.calls).toEqual([['kept']])
  })

  test('that is the console itself is not told what is for debugging', () => {
    const debug = vi.spyOn(console, 'debug').mockImplementation(() => {})
    const info = vi.spyOn(console, 'info').mockImplementation(() => {})
    for (const logger of [toLogger(console), toLogger({ debug: console.debug })]) {
      logger.debug('one more try')
      logger.info('back')
    }
    expect([debug.mock.calls, info.mock.calls]).toEqual([[['one more try']], [['back']]])
    vi.restoreAllMocks()
  })

  test('is told of no field that is undefined', () => {
    const target = methods()
    toLogger(target).info('up', { bus: 'redis', cause: undefined })
    expect(target.info.mock.calls).toStrictEqual([['up', { bus: 'redis' }]])
  })

  test('that throws is no trouble of ours', () => {
    const logger = toLogger({
      error: () => {
        throw new Error('disk full')
      },
    })
    expect(() => logger.error('hello')).not.toThrow()
  })

  test.each([[{ warn() {} }], [console], [Object.assign(() => {}, { error() {} })]])(
    'is anything with a level: case %#',
    (value) => {
      expect(isLoggerLike(value)).toBe(true)
    },
  )

  test.each([null, undefined, {}, { warn: 5 }, 'console', () => {}])('is not %o', (value) => {
    expect(isLoggerLike(value)).toBe(false)
  })

  test('is not needed', () => {
    for (const level of levels) expect(silentLogger[level]('hello')).toBeUndefined()
  })
})

describe('secrets', () => {
  const logged = (message: string, fields?: Record<string, unknown>) => {
    const warn = vi.fn()
    toLogger({ warn }).warn(message, fields)
    return warn.mock.calls[0]
  }

  test.each([
    ['redis://user:pass@host:6379/0', 'redis://***@host:6379/0'],
    ['cannot reach rediss://:p@ss/w@host', 'cannot reach rediss://***@host'],
    ['redis://host/0, mail a@b', 'redis://host/0, mail a@b'],
    ['no address', 'no address'],
  ])('of addresses are not shown: %s', (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown)
    expect(logged(text, { url: text })).toEqual([shown, { url: shown }])
  })

  test('are hidden by the names of their fields', () => {
    const fields = { password: 'p', indexSecret: 's', authToken: 't', keys: { a: 1 }, key: 'u1', monkeys: 2 }
    expect(logged('hello', fields)?.[1]).toEqual({
      password: '***',
      indexSecret: '***',
      authToken: '***',
      keys: '***',
      key: 'u1',
      monkeys: 2,
    })
  })

  test('of errors stay out: message, code and causes are shown, three deep at most', () => {
    const root = new Error('redis://u:p@host refused')
    root.cause = root
    const error = Object.assign(new TypeError('failed', { cause: root }), { code: 'E', command: { args: ['secret'] } })
    const inner = (cause?: object) => ({ name: 'Error', message: 'redis://***@host refused', ...(cause && { cause }) })
    expect(logged('hello', { error })?.[1]).toEqual({
      error: { name: 'TypeError', message: 'failed', code: 'E', cause: inner(inner(inner())) },
    })
  })
})
