import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { CacheManager } from '../../js/index.ts'
import { stamped } from '../../js/testing/contract/trial.ts'
import { type SqliteDatabase, type SqliteOptions, sqliteDriver } from '../../js/tiers/sqlite.ts'
import { driverContract } from '../helpers/driver-contract.ts'
import { isInstalled, Runtime, requireHere, sqliteNode } from './runtime.ts'

const TYPESCRIPT = ['--import', 'tsx']
const PEERS = ['--import', new URL('peers.mjs', import.meta.url).href]

const ENGINES = [
  { engine: 'node:sqlite', program: sqliteNode, args: TYPESCRIPT },
  {
    engine: 'better-sqlite3',
    program: isInstalled('better-sqlite3') ? process.execPath : undefined,
    args: [...TYPESCRIPT, ...PEERS],
  },
]

const value = Uint8Array.of(1, 2, 3)
const entry = (key: string, ttl = Number.POSITIVE_INFINITY, bytes: Uint8Array = value) => ({ key, value: bytes, ttl })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'omnicache-sqlite-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(ENGINES)('SQLite by $engine', ({ engine, program, args }) => {
  describe.skipIf(program === undefined)('in processes of their own', () => {
    const start = () => new Runtime('sqlite-host.ts', { program: program ?? '', args })
    let runs = 0
    let path: string
    let one: Runtime
    let two: Runtime
    beforeAll(() => {
      one = start()
      two = start()
    })
    afterAll(async () => {
      await one.stop()
      await two.stop()
    })
    beforeEach(() => {
      path = join(folder, `${engine.replace(':', '-')}-${runs++}.db`)
    })
    const make = (runtime: Runtime, options: SqliteOptions = {}, standsStill = false) =>
      runtime.driver(engine, path, options, standsStill)

    driverContract(`sqlite by ${engine}, two processes`, async () => {
      const file = join(folder, `${engine.replace(':', '-')}-contract.db`)
      return {
        driver: await one.driver(engine, file),
        elapse: (ms) => sleep(ms),
        another: () => two.driver(engine, file),
      }
    })

    it('keeps what it holds when its process is killed in the middle of its work', async () => {
      const doomed = start()
      const driver = await make(doomed)
      await driver.setMany([entry('a'), entry('short', 60_000)])
      const cut = driver.setMany(Array.from({ length: 20_000 }, (_, i) => entry(`n${i}`))).catch(() => 'cut')
      await expect.poll(async () => (await (await make(one)).getMany(['n300']))[0]).toEqual(value)
      await doomed.stop()
      await cut
      const again = await make(one)
      expect(await again.getMany(['a', 'short', 'n0'])).toEqual([value, value, value])
      await again.setMany([entry('b')])
      expect(await again.getMany(['b'])).toEqual([value])
    })

    it('is written by two processes at once, and the newest stamps stay', async () => {
      const drivers = [await make(one), await make(two)] as const
      const keys = Array.from({ length: 40 }, (_, i) => `k${i}`)
      const newest = new Map<string, number>()
      const write = async (driver: (typeof drivers)[number], salt: number) => {
        for (let round = 0; round < 60; round++) {
          const entries = keys.map((key, i) => {
            const stamp = (round * 97 + i * 31 + salt) % 251
            newest.set(key, Math.max(newest.get(key) ?? 0, stamp))
            return entry(key, 600_000, stamped(stamp))
          })
          await driver.exchangeMany(entries, true)
        }
      }
      await Promise.all([write(drivers[0], 3), write(drivers[1], 120)])
      const expected = keys.map((key) => stamped(newest.get(key) ?? 0))
      expect(await drivers[0].getMany(keys)).toEqual(expected)
      expect(await drivers[1].getMany(keys)).toEqual(expected)
    })

    it('waits for another process that writes, and lets its own go on meanwhile', async () => {
      const driver = await make(one, { busyTimeout: 10_000 })
      await driver.setMany([entry('a')])
      await two.ask('hold', engine, path)
      const write = driver.setMany([entry('a', 60_000, Uint8Array.of(9))])
      expect(await one.ask('alive')).toBe(true)
      expect(await driver.getMany(['a'])).toEqual([value])
      await two.ask('release')
      await write
      expect(await driver.getMany(['a'])).toEqual([Uint8Array.of(9)])
    })

    it('gives up when the file is locked for too long, and says so', async () => {
      const driver = await make(one, { busyTimeout: 50 })
      await driver.setMany([entry('a')])
      await two.ask('hold', engine, path)
      await expect(driver.setMany([entry('b')])).rejects.toMatchObject({
        code: 'TIER_UNAVAILABLE',
        message: expect.stringContaining('locked by another process'),
      })
      await two.ask('release')
      await driver.setMany([entry('b')])
      expect(await driver.getMany(['a', 'b'])).toEqual([value, value])
    })

    it('removes what has expired in the background, and nothing else', async () => {
      const driver = await make(one, { sweepInterval: 10_000 }, true)
      await driver.setMany(Array.from({ length: 1200 }, (_, i) => entry(`old${i}`, 5000)))
      await driver.setMany([entry('long', 60_000), entry('ever')])
      expect(await two.ask('count', engine, path)).toBe(1202)
      await one.ask('advance', 10_000)
      await expect.poll(() => two.ask('count', engine, path)).toBe(2)
      expect(await driver.getMany(['long', 'ever'])).toEqual([value, value])
    })

    it('makes room in a full file for what is new, at the cost of what expires first', async () => {
      const driver = await make(one, { maxBytes: 1 << 20 })
      const large = new Uint8Array(2000)
      await driver.setMany([entry('ever', Number.POSITIVE_INFINITY, large)])
      for (let i = 0; i < 30; i++) {
        const batch = Array.from({ length: 100 }, (_, j) => entry(`${i}:${j}`, 100_000 + i * 1000, large))
        await driver.setMany(batch)
      }
      expect((await stat(path)).size).toBeLessThanOrEqual(1 << 20)
      const [ever, oldest, newest] = await driver.getMany(['ever', '0:0', '29:99'])
      expect([ever?.length, oldest, newest?.length]).toEqual([2000, undefined, 2000])
    })

    it('refuses what no room can be made for, and serves reads', async () => {
      const driver = await make(one, { maxBytes: 1 << 20 })
      await driver.setMany([entry('ever')])
      await expect(driver.setMany([entry('huge', 1000, new Uint8Array(2 << 20))])).rejects.toMatchObject({
        code: 'WRITE_REFUSED',
        message: expect.stringContaining('is full'),
      })
      expect(await driver.getMany(['ever', 'huge'])).toEqual([value, undefined])
      await driver.setMany([entry('b')])
    })

    it.each([
      [
        'no database',
        Buffer.from('this is a text, and no database, and much longer than a header of SQLite '.repeat(20)),
      ],
      ['a database that was cut', undefined],
    ])('says of %s that it is none, and makes a new one when it is gone', async (_what, content) => {
      if (content === undefined) {
        const before = await make(two)
        await before.setMany(Array.from({ length: 500 }, (_, i) => entry(`n${i}`)))
        await before.close()
        const whole = await readFile(path)
        await writeFile(path, Buffer.concat([whole.subarray(0, 100), Buffer.alloc(whole.length - 100, 7)]))
      } else {
        await writeFile(path, content)
      }
      const driver = await make(one)
      await expect(driver.getMany(['a'])).rejects.toMatchObject({
        code: 'TIER_UNAVAILABLE',
        message: expect.stringContaining('delete it'),
      })
      await expect(driver.setMany([entry('a')])).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
      for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true })
      await driver.setMany([entry('a')])
      expect(await driver.getMany(['a'])).toEqual([value])
    })

    it('goes on in the file that is there after its own was deleted', async () => {
      const driver = await make(one, {}, true)
      await driver.setMany([entry('a')])
      for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true })
      const other = await make(two)
      await other.setMany([entry('b')])
      await one.ask('advance', 1000)
      expect(await driver.getMany(['a', 'b'])).toEqual([undefined, value])
      await driver.setMany([entry('c')])
      expect(await other.getMany(['a', 'b', 'c'])).toEqual([undefined, value, value])
      for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true })
      await one.ask('advance', 1000)
      await driver.setMany([entry('d')])
      expect(await (await make(two)).getMany(['c', 'd'])).toEqual([undefined, value])
    })

    it('says that the folder is missing, and goes on once it is there', async () => {
      path = join(folder, engine.slice(0, 4), 'cache.db')
      const driver = await make(one)
      await expect(driver.connect()).rejects.toMatchObject({ code: 'TIER_UNAVAILABLE' })
      await mkdir(join(folder, engine.slice(0, 4)))
      await driver.setMany([entry('a')])
      expect(await driver.getMany(['a'])).toEqual([value])
    })
  })
})

describe('the engine', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('that is not there is named, with what to install', async () => {
    const node = new Runtime('sqlite-host.ts', { program: process.execPath, args: TYPESCRIPT })
    const wanted = sqliteNode === process.execPath ? 'better-sqlite3' : 'node:sqlite'
    const driver = await node.driver(wanted, join(folder, 'none.db'))
    await expect(driver.connect()).rejects.toMatchObject({ code: 'MISSING_PEER' })
    await node.stop()
  })

  it('has no use in a browser, and the error names what has', () => {
    vi.stubGlobal('process', undefined)
    expect(() => sqliteDriver('/tmp/x.db')).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_RUNTIME', message: expect.stringContaining('omnicache/indexeddb') }),
    )
  })

  it.each([
    ['', {}],
    [':memory:', {}],
    ['x.db', { busyTimeout: 0 }],
    ['x.db', { sweepInterval: Number.NaN }],
    ['x.db', { maxBytes: 1000 }],
  ])('of %j with %j is refused', (path, options) => {
    expect(() => sqliteDriver(path, options)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }))
  })

  it('with an unknown option says which is meant', () => {
    const misspelt = { maxbytes: 100_000 } as object
    expect(() => sqliteDriver('x.db', misspelt)).toThrow(
      "maxbytes is not an option of sqliteDriver; did you mean 'maxBytes'?",
    )
  })
})

describe.skipIf(!isInstalled('better-sqlite3'))('a cache over a file', () => {
  const engine = (path: string) => new (requireHere('better-sqlite3') as new (path: string) => SqliteDatabase)(path)

  it('finds after a restart what it held before', async () => {
    const path = join(folder, 'restart.db')
    const before = new CacheManager({ l2: sqliteDriver(path, { engine }) })
    await before.set('metrics', 'a', { n: 1 })
    await before.close()
    const after = new CacheManager({ l2: sqliteDriver(path, { engine }) })
    expect(await after.get('metrics', 'a')).toEqual({ n: 1 })
    await after.clear('metrics')
    await after.close()
    const last = new CacheManager({ l2: sqliteDriver(path, { engine }) })
    expect(await last.get('metrics', 'a')).toBeUndefined()
    await last.close()
  })

  it('serves from memory while the file is damaged, and tells why', async () => {
    const path = join(folder, 'damaged.db')
    await writeFile(path, 'no database at all, and longer than the header of one '.repeat(20))
    const cache = new CacheManager({ l2: sqliteDriver(path, { engine }), timeouts: { close: 100 } })
    expect(await cache.set('metrics', 'a', 1)).toBe(true)
    expect(await cache.get('metrics', 'a')).toBe(1)
    expect(cache.status().l2).toMatchObject({
      state: 'open',
      lastError: { message: expect.stringContaining('delete it') },
    })
    await cache.close()
  })
})
