import { expect, test } from 'vitest'
import { Monitor } from '../../../js/cache/monitor.ts'
import { CacheError, type CacheErrorCode } from '../../../js/errors.ts'
import type { CircuitState } from '../../../js/flow/circuit.ts'
import { Emitter } from '../../../js/observe/events.ts'
import type { LogLevel } from '../../../js/observe/logger.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

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
