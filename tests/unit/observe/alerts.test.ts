import { beforeEach, describe, expect, test } from 'vitest'
import { Alerts, type AlertThresholds, type RegionSample } from '../../../js/observe/alerts.ts'
import { SlowOperations } from '../../../js/observe/slow.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

const thresholds: AlertThresholds = {
  window: 60_000,
  hitRatio: { raise: 0.8, clear: 0.85, minSamples: 100 },
  errorRatio: { raise: 0.05, clear: 0.01, minSamples: 20 },
  fill: { raise: 0.9, clear: 0.85, minSamples: 2 },
  latency: { raise: 100, clear: 80, minSamples: 20 },
  corrupt: true,
  restart: true,
}

const quiet: RegionSample = {
  hits: 0,
  misses: 0,
  operations: 0,
  errors: 0,
  corrupt: 0,
  keyMissing: 0,
  durations: { timed: 0, overRaise: 0, overClear: 0 },
  entries: 10,
  bytes: 0,
  maxBytes: 1000,
}

let clock: FakeClock
let alerts: Alerts
let totals: RegionSample
let restarts: number

beforeEach(() => {
  clock = new FakeClock()
  alerts = new Alerts(thresholds, clock)
  totals = quiet
  restarts = 0
})

/** What changes when a minute with this activity has passed. */
async function minute(activity: Partial<RegionSample> = {}): Promise<string[]> {
  await clock.advance(60_000)
  return check(activity)
}

function check(activity: Partial<RegionSample> = {}): string[] {
  const {
    durations = quiet.durations,
    bytes = totals.bytes,
    entries = totals.entries,
    maxBytes = totals.maxBytes,
  } = activity
  const sum = (name: 'hits' | 'misses' | 'operations' | 'errors' | 'corrupt' | 'keyMissing') =>
    totals[name] + (activity[name] ?? 0)
  totals = {
    hits: sum('hits'),
    misses: sum('misses'),
    operations: sum('operations'),
    errors: sum('errors'),
    corrupt: sum('corrupt'),
    keyMissing: sum('keyMissing'),
    durations: {
      timed: totals.durations.timed + durations.timed,
      overRaise: totals.durations.overRaise + durations.overRaise,
      overClear: totals.durations.overClear + durations.overClear,
    },
    bytes,
    entries,
    maxBytes,
  }
  return alerts.check({ regions: new Map([['r', totals]]), restarts }).map(({ kind, state }) => `${kind} ${state}`)
}

/** The region has been used for longer than a window. */
async function inUse(): Promise<void> {
  for (let i = 0; i < 2; i++) await minute()
}

describe('the hit ratio', () => {
  beforeEach(inUse)

  test('raises below the limit, and not at it', async () => {
    expect(await minute({ hits: 800, misses: 200 })).toEqual([])
    expect(await minute({ hits: 799, misses: 201 })).toEqual(['hit-ratio raised'])
  })

  test('is resolved at the other limit, and not below it', async () => {
    await minute({ hits: 0, misses: 1000 })
    expect(await minute({ hits: 849, misses: 151 })).toEqual([])
    expect(await minute({ hits: 850, misses: 150 })).toEqual(['hit-ratio resolved'])
  })

  test('says nothing of too few reads, in either state', async () => {
    expect(await minute({ misses: 99 })).toEqual([])
    expect(await minute({ misses: 100 })).toEqual(['hit-ratio raised'])
    expect(await minute({ hits: 99 })).toEqual([])
    expect(await minute({ hits: 100 })).toEqual(['hit-ratio resolved'])
  })

  test('is told once while it lasts', async () => {
    expect(await minute({ misses: 100 })).toEqual(['hit-ratio raised'])
    expect(await minute({ misses: 100 })).toEqual([])
  })

  test('says while it lasts what was measured last, and since when it lasts', async () => {
    await minute({ misses: 100 })
    const raised = { kind: 'hit-ratio', region: 'r', since: clock.wall() }
    const limits = '; raised at 80 %, resolved at 85 %'
    const first = { ...raised, state: 'raised', value: 0, message: `region 'r': 0 % of 100 reads were hits${limits}` }
    expect(alerts.active()).toEqual([first])
    await minute({ hits: 120, misses: 80 })
    const message = `region 'r': 60 % of 200 reads were hits${limits}`
    const second = { ...raised, state: 'raised', value: 0.6, message }
    expect(alerts.active()).toEqual([second])
    await clock.advance(60_000)
    const [third] = alerts.check({ regions: new Map([['r', { ...totals, hits: totals.hits + 100 }]]), restarts })
    expect(third).toMatchObject({ ...raised, state: 'resolved', value: 1 })
  })
})

describe('the hit ratio of a region that is filling up', () => {
  test('says nothing until it was used for a window', async () => {
    expect(check({ misses: 500 })).toEqual([])
    await clock.advance(59_999)
    expect(check({ misses: 500 })).toEqual([])
    await clock.advance(1)
    expect(check()).toEqual(['hit-ratio raised'])
  })

  test('that was filled by then raises nothing', async () => {
    expect(check({ misses: 500 })).toEqual([])
    expect(await minute({ hits: 500 })).toEqual([])
  })
})

describe('errors', () => {
  test('raise above the limit, and not at it', async () => {
    expect(await minute({ operations: 100, errors: 5 })).toEqual([])
    expect(await minute({ operations: 100, errors: 6 })).toEqual(['error-ratio raised'])
  })

  test('are resolved at the other limit, and not above it', async () => {
    await minute({ operations: 100, errors: 100 })
    expect(await minute({ operations: 1000, errors: 11 })).toEqual([])
    expect(await minute({ operations: 1000, errors: 10 })).toEqual(['error-ratio resolved'])
  })

  test('say nothing among too few operations', async () => {
    expect(await minute({ operations: 19, errors: 19 })).toEqual([])
    expect(await minute({ operations: 20, errors: 20 })).toEqual(['error-ratio raised'])
  })
})

describe('the fill', () => {
  test('raises above the limit, and not at it', () => {
    expect(check({ bytes: 900 })).toEqual([])
    expect(check({ bytes: 901 })).toEqual(['fill raised'])
  })

  test('is resolved at the other limit, and not above it', () => {
    check({ bytes: 1000 })
    expect(check({ bytes: 851 })).toEqual([])
    expect(check({ bytes: 850 })).toEqual(['fill resolved'])
  })

  test('is held against the budget of the moment', () => {
    check({ bytes: 800 })
    expect(check({ maxBytes: 800 })).toEqual(['fill raised'])
  })

  test('says nothing of too few entries', () => {
    expect(check({ bytes: 1000, entries: 1 })).toEqual([])
    expect(check({ bytes: 1000, entries: 2 })).toEqual(['fill raised'])
  })
})

describe('the latency', () => {
  const slow = (ms: number, count: number, fast = 100 - count) => {
    const durations = new SlowOperations(thresholds.latency)
    durations.record(ms, count)
    for (let i = 0; i < fast; i++) durations.record(1)
    return { durations }
  }

  test('raises when more than 5 % are above the limit', async () => {
    expect(await minute(slow(101, 5))).toEqual([])
    expect(await minute(slow(100, 100))).toEqual([])
    expect(await minute(slow(101, 6))).toEqual(['latency raised'])
  })

  test('is resolved when no more than 5 % are above the other limit', async () => {
    await minute(slow(500, 100))
    expect(await minute(slow(81, 6))).toEqual([])
    expect(await minute(slow(80, 100))).toEqual(['latency resolved'])
    await minute(slow(500, 100))
    expect(await minute(slow(81, 5))).toEqual(['latency resolved'])
  })

  test('says nothing of too few operations', async () => {
    expect(await minute(slow(500, 19, 0))).toEqual([])
    expect(await minute(slow(500, 20, 0))).toEqual(['latency raised'])
  })

  test('is not counted where the alert is off', () => {
    const durations = new SlowOperations(false)
    durations.record(1e9, 3)
    expect({ ...durations }).toEqual({ timed: 3, overRaise: 0, overClear: 0 })
  })
})

describe('what must not happen at all', () => {
  test('an entry under a missing key raises an alert of its own, and a window without one resolves', async () => {
    expect(check({ corrupt: 1, keyMissing: 1 })).toEqual(['key-missing raised'])
    await clock.advance(10_000)
    expect(check({ corrupt: 1 })).toEqual(['corrupt raised'])
    for (let i = 0; i < 12; i++) await clock.advance(5_000)
    expect(check()).toEqual(['corrupt resolved', 'key-missing resolved'])
  })

  test('a corrupt entry raises, and a window without one resolves', async () => {
    expect(check({ corrupt: 1 })).toEqual(['corrupt raised'])
    await clock.advance(59_999)
    expect(check()).toEqual([])
    await clock.advance(1)
    expect(check()).toEqual(['corrupt resolved'])
  })

  test('a restart of the core is about no region', async () => {
    restarts = 2
    const [alert] = alerts.check({ regions: new Map(), restarts })
    const since = clock.wall()
    expect(alert).toEqual({ kind: 'restart', state: 'raised', since, value: 2, message: 'restarts of the core: 2' })
    await clock.advance(60_000)
    expect(check()).toEqual(['restart resolved'])
  })
})

describe('the window', () => {
  beforeEach(inUse)

  test('forgets what is older', async () => {
    await minute({ misses: 1000 })
    for (let i = 0; i < 5; i++) {
      await clock.advance(10_000)
      expect(check({ hits: 100 })).toEqual([])
    }
    await clock.advance(10_000)
    expect(check({ hits: 100 })).toEqual(['hit-ratio resolved'])
  })

  test('adds up samples that are too small by themselves', async () => {
    const changes: string[][] = []
    for (let i = 0; i < 4; i++) {
      await clock.advance(10_000)
      changes.push(check({ misses: 25 }))
    }
    expect(changes).toEqual([[], [], [], ['hit-ratio raised']])
  })

  test('starts anew where the counters did', async () => {
    await minute({ hits: 1000 })
    totals = quiet
    expect(await minute({ misses: 100 })).toEqual([])
    expect(await minute({ misses: 100 })).toEqual(['hit-ratio raised'])
  })
})

describe('regions', () => {
  test('have alerts of their own', () => {
    const full = { ...quiet, bytes: 1000 }
    const changes = alerts.check({
      regions: new Map([
        ['a', full],
        ['b', quiet],
        ['c', full],
      ]),
      restarts: 0,
    })
    expect(changes.map(({ region, kind, state }) => [region, kind, state])).toEqual([
      ['a', 'fill', 'raised'],
      ['c', 'fill', 'raised'],
    ])
    expect(alerts.active()).toEqual(changes)
  })

  test('that do nothing raise nothing', async () => {
    expect(await minute()).toEqual([])
    expect(check({ maxBytes: 0 })).toEqual([])
  })
})

test('an alert that is off is never raised', async () => {
  alerts = new Alerts(
    { window: 1, hitRatio: false, errorRatio: false, fill: false, latency: false, corrupt: false, restart: false },
    clock,
  )
  restarts = 5
  const durations = { timed: 100, overRaise: 100, overClear: 100 }
  expect(await minute({ misses: 1000, operations: 1000, errors: 1000, corrupt: 5, bytes: 1000, durations })).toEqual([])
  expect(alerts.active()).toEqual([])
})
