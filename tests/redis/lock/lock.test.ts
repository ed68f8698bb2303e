import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { delay } from '../../helpers/delay.ts'
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts'
import { eventually } from '../cache/helpers.ts'
import type { Order, Report } from './node.ts'

const FILE = join(import.meta.dirname, 'node.ts')
const PROCESSES = 4

let server: RedisServer
const children: ChildProcess[] = []

beforeAll(async () => {
  if (hasRedis) server = await startRedis()
})
afterAll(() => server?.stop())
afterEach(async () => {
  await Promise.all(children.splice(0).map(end))
})

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.send('close')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(timer)
}

async function start(lockTimeout: number): Promise<ChildProcess[]> {
  const started = Array.from({ length: PROCESSES }, () =>
    fork(FILE, [server.url, String(lockTimeout)], { execArgv: ['--import', 'tsx'] }),
  )
  children.push(...started)
  await Promise.all(started.map((child) => once(child, 'message')))
  return started
}

async function ask(child: ChildProcess, order: Order): Promise<Report> {
  child.send(order)
  const [report] = await once(child, 'message')
  return report as Report
}

describe.skipIf(!hasRedis)('processes that want one value', () => {
  it('run its factory once, for a thousand calls in each of four', async () => {
    const fleet = await start(20_000)
    for (const ms of [0, 500]) {
      const order = { key: `cold-${ms}`, calls: 1_000, ms }
      const reports = await Promise.all(fleet.map((child) => ask(child, order)))
      expect(reports.reduce((sum, { runs }) => sum + runs, 0)).toBe(1)
      expect(new Set(reports.flatMap(({ values }) => values)).size).toBe(1)
    }
  })

  it('go on when the one dies that makes it, and another one makes it', async () => {
    const fleet = await start(8_000)
    const [maker, ...others] = fleet as [ChildProcess, ...ChildProcess[]]
    maker.send({ key: 'dying', calls: 1, ms: 60_000 } satisfies Order)
    const admin = new Redis(server.url)
    try {
      await eventually(async () => expect(await admin.keys('*:lock:dying')).toHaveLength(1))
    } finally {
      admin.disconnect()
    }
    const begin = performance.now()
    const asked = others.map((child) => ask(child, { key: 'dying', calls: 100, ms: 100 }))
    await delay(300)
    maker.kill('SIGKILL')
    const reports = await Promise.all(asked)
    expect(reports.reduce((sum, { runs }) => sum + runs, 0)).toBe(1)
    expect(performance.now() - begin).toBeLessThan(8_000)
  })
})
