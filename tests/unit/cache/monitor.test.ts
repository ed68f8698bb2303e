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

/** The levels of the lines about a circuit that goes through `states`. */
function levels(states: readonly CircuitState[], code: CacheErrorCode): LogLevel[] {
  const lines: LogLevel[] = []
  const line = (level: LogLevel) => () => void lines.push(level)
  const logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  const monitor = new Monitor({
    alerts: false,
    clock: new FakeClock(),
    logger,
    emitter: new Emitter(logger),
    tier: 'redis',
    samples: () => new Map(),
  })
  const cause = new CacheError(code, 'away')
  for (const state of states) monitor.remote({ type: 'circuit', part: 'tier', state, cause })
  return lines
}

test('an outage is one warning however many probes fail, and its end one line', () => {
  const outage: CircuitState[] = ['open', 'half-open', 'open', 'half-open', 'open', 'half-open', 'closed']
  const once = ['warn', 'debug', 'debug', 'debug', 'debug', 'debug', 'info']
  expect(levels([...outage, ...outage], 'TIER_UNAVAILABLE')).toEqual([...once, ...once])
})

test('a missing package is one error', () => {
  expect(levels(['open', 'half-open', 'open'], 'MISSING_PEER')).toEqual(['error', 'debug', 'debug'])
})
