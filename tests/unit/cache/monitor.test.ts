import { expect, test } from 'vitest'
import { Monitor } from '../../../js/cache/figures/monitor.ts'
import { CacheError, type CacheErrorCode } from '../../../js/errors.ts'
import type { CircuitState } from '../../../js/flow/circuit.ts'
import { Emitter } from '../../../js/observe/events.ts'
import type { LogLevel } from '../../../js/observe/logger.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

test.each([
  ['live', "region 'live'"],
  ['live@2', "region 'live'"],
  ['live@2:tags', "what has tags in region 'live'"],
])('a journal that overflows names the region as its owner does, where L2 calls it %s', (region, said) => {
  const lines: string[] = []
  const ignore = () => undefined
  const logger = { debug: ignore, info: ignore, warn: (line: string) => void lines.push(line), error: ignore }
  const emitter = new Emitter(logger)
  const events: unknown[] = []
  emitter.on('overflow', (event) => events.push(event))
  const clock = new FakeClock()
  const monitor = new Monitor({ alerts: false, clock, logger, emitter, tier: 'redis', samples: () => new Map() })
  monitor.remote({ type: 'overflow', region })
  expect(events).toEqual([{ tier: 'redis', region: 'live' }])
  expect(lines).toEqual([`redis: too much waits for it, so ${said} will be cleared there`])
})

/** The levels of the lines about a circuit that goes through `states`, opened for `why`. */
function levels(
  states: readonly CircuitState[],
  code: CacheErrorCode,
  why: (nth: number) => string = () => 'away',
): LogLevel[] {
  const { monitor, lines } = monitored()
  for (const [i, state] of states.entries()) {
    const cause = state === 'open' ? new CacheError(code, why(i)) : undefined
    monitor.remote({ type: 'circuit', part: 'tier', state, cause })
  }
  return lines.map(({ level }) => level)
}

/** A monitor, and the lines that it writes. */
function monitored() {
  const lines: { readonly level: LogLevel; readonly text: string }[] = []
  const line = (level: LogLevel) => (text: string) => void lines.push({ level, text })
  const logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  const emitter = new Emitter(logger)
  const samples = () => new Map()
  return {
    lines,
    monitor: new Monitor({ alerts: false, clock: new FakeClock(), logger, emitter, tier: 'redis', samples }),
  }
}

test('counts are told so that they read well, whatever they are', () => {
  const { monitor, lines } = monitored()
  monitor.remote({ type: 'replay', state: 'replaying', waiting: 2 })
  monitor.remote({ type: 'replay', state: 'replayed', sent: 1, waiting: 1 })
  monitor.unsent(1)
  expect(lines.map(({ text }) => text)).toEqual([
    'redis: replaying writes; waiting: 2',
    'redis: replayed writes; sent: 1, waiting: 1',
    'closed; writes that redis did not take: 1',
  ])
})

test('an outage is one warning however many probes fail, and its end one line', () => {
  const outage: CircuitState[] = ['open', 'half-open', 'open', 'half-open', 'open', 'half-open', 'closed']
  const once = ['warn', 'debug', 'debug', 'debug', 'debug', 'debug', 'info']
  expect(levels([...outage, ...outage], 'TIER_UNAVAILABLE')).toEqual([...once, ...once])
})

test('an outage has a warning for each reason that turns up, as far as anyone wants to read', () => {
  const tries = Array.from({ length: 20 }, () => ['open', 'half-open'] as const).flat()
  const warnings = (why: (nth: number) => string) => {
    return levels(tries, 'TIER_UNAVAILABLE', why).filter((level) => level === 'warn').length
  }
  expect(warnings((nth) => (nth % 4 === 0 ? 'ECONNREFUSED' : 'NOAUTH'))).toBe(2)
  expect(warnings((nth) => `nonsense ${nth}`)).toBe(8)
})

test('a missing package is one error', () => {
  expect(levels(['open', 'half-open', 'open'], 'MISSING_PEER')).toEqual(['error', 'debug', 'debug'])
})
