import { describe, expect, it } from 'vitest'
import { type Driver, type DriverEntry, driverFailures, FakeClock, memoryDriver } from '../../js/testing/index.ts'

const EVER = Number.POSITIVE_INFINITY

/** What a wrong driver does otherwise than the one that it is made of. */
type Mistake = (right: Driver, clock: FakeClock) => Partial<Driver>

const shift = (entries: readonly DriverEntry[], ttl: (ttl: number) => number): DriverEntry[] =>
  entries.map((entry) => ({ ...entry, ttl: ttl(entry.ttl) }))

/** The buffers that a driver was given or gave out, and does not copy. */
function sharesBuffers(right: Driver): Partial<Driver> {
  const kept = new Map<string, Uint8Array>()
  return {
    async setMany(entries, guard) {
      for (const { key, value } of entries) kept.set(key, value)
      return right.setMany(entries, guard)
    },
    async getMany(keys) {
      const found = await right.getMany(keys)
      return found.map((value, i) => (value === undefined ? undefined : (kept.get(keys[i] ?? '') ?? value)))
    },
  }
}

/** One at a time, with a pause in between: what others see in the middle. */
function storesOneByOne(right: Driver): Partial<Driver> {
  return {
    async commit(entries) {
      for (const entry of entries) await right.setMany([entry])
      return true
    },
  }
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'forgets the TTL': (right) => ({
    setMany: (entries, guard) =>
      right.setMany(
        shift(entries, () => EVER),
        guard,
      ),
  }),
  'takes the TTL for seconds': (right) => ({
    setMany: (entries, guard) =>
      right.setMany(
        shift(entries, (ttl) => ttl * 1000),
        guard,
      ),
  }),
  'replaces whatever is there': (right) => ({
    async replaceMany(replacements) {
      await right.setMany(replacements.map(({ key, value }) => ({ key, value, ttl: EVER })))
      return replacements.map(() => true)
    },
  }),
  'forgets the lifetime of what it replaces': (right) => ({
    async replaceMany(replacements) {
      const done = (await right.replaceMany?.(replacements)) ?? []
      await right.setMany(replacements.filter((_, i) => done[i]).map(({ key, value }) => ({ key, value, ttl: EVER })))
      return done
    },
  }),
  'tells the first hundred keys alone': (right) => ({
    async scan(prefix) {
      return { keys: ((await right.scan?.(prefix))?.keys ?? []).slice(0, 100), cursor: undefined }
    },
  }),
  'tells keys beside the prefix': (right) => ({
    scan: async (prefix) => (await right.scan?.(prefix.slice(0, -1))) ?? { keys: [], cursor: undefined },
  }),
  'forgets the TTL of a commit': (right) => ({ commit: (entries) => right.commit(shift(entries, () => EVER)) }),
  'ignores onlyNewer in a commit': (right) => ({ commit: (entries) => right.commit(entries, false) }),
  'commits what is newer, and leaves the rest': (right) => ({
    async commit(entries, onlyNewer = false) {
      const { previous } = await right.exchangeMany(entries, onlyNewer)
      return !previous.includes('newer')
    },
  }),
  'ignores onlyNewer': (right) => ({
    exchangeMany: (entries, _, guard) => right.exchangeMany(entries, false, guard),
  }),
  'spares what is newer unasked': (right) => ({
    exchangeMany: (entries, _, guard) => right.exchangeMany(entries, true, guard),
  }),
  'does not tell tombstones from values': (right) => ({
    async exchangeMany(entries, onlyNewer, guard) {
      const exchange = await right.exchangeMany(entries, onlyNewer, guard)
      return { ...exchange, previous: exchange.previous.map((was) => (was === 'tombstone' ? 'value' : was)) }
    },
  }),
  'reads the guard before the writes': (right) => ({
    async setMany(entries, guard) {
      const [before] = guard === undefined ? [] : await right.getMany([guard])
      await right.setMany(entries)
      return before
    },
  }),
  'answers in an order of its own': (right) => ({
    async getMany(keys) {
      const sorted = [...keys].sort()
      return right.getMany(sorted)
    },
  }),
  'leaves out what is not there': (right) => ({
    getMany: async (keys) => (await right.getMany(keys)).filter((value) => value !== undefined),
  }),
  'stores a batch backwards': (right) => ({
    setMany: (entries, guard) => right.setMany([...entries].reverse(), guard),
  }),
  'removes a prefix and what is longer by no colon': (right) => ({
    deletePrefix: (prefix, signal) => right.deletePrefix(prefix.replace(/:$/, ''), signal),
  }),
  'takes * for a pattern': (right) => ({
    deletePrefix: (prefix, signal) => right.deletePrefix(prefix.replace(/\*.*/, ''), signal),
  }),
  'removes a prefix after the signal': (right) => ({ deletePrefix: (prefix) => right.deletePrefix(prefix) }),
  'counts what was not there': (right) => ({
    async deleteMany(keys) {
      await right.deleteMany(keys)
      return keys.length
    },
  }),
  'shares its buffers': sharesBuffers,
  'keeps the buffer behind a view': (right) => ({
    setMany: (entries, guard) =>
      right.setMany(
        entries.map((entry) => ({ ...entry, value: new Uint8Array(entry.value.buffer) })),
        guard,
      ),
  }),
  'takes an empty value for none': (right) => ({
    getMany: async (keys) => (await right.getMany(keys)).map((value) => (value?.length === 0 ? undefined : value)),
  }),
  'lets the last of setIfAbsent win': (right) => ({
    async setIfAbsent(key, value) {
      await right.setMany([{ key, value, ttl: EVER }])
      return value
    },
  }),
  'gives a lock to everybody': () => ({ lock: async () => true }),
  'gives a lock to nobody twice': (right) => ({
    async lock(entry) {
      return (await right.getMany([entry.key]))[0] === undefined && ((await right.lock?.(entry)) ?? false)
    },
  }),
  'keeps a lock for ever': (right) => ({ lock: async (entry) => right.lock?.({ ...entry, ttl: EVER }) ?? false }),
  'lets a stranger give up a lock': (right) => ({
    unlock: async (key) => (await right.deleteMany([key])) === 1,
  }),
  'has locks that cannot be given up': () => ({ unlock: undefined as never }),
  'commits one by one': storesOneByOne,
  'tells the time in seconds': (right) => ({ now: async () => (await right.now()) / 1000 }),
  'works on when it was closed': (right) => ({ close: async () => undefined, now: () => right.now() }),
  'says that it is shared and is not': () => ({ shared: true }),
}

/** A driver that does all as `right` does, but for its mistakes. */
function wrong(right: Driver, mistakes: Partial<Driver>): Driver {
  return new Proxy(right, {
    get(target, name) {
      if (Object.hasOwn(mistakes, name)) return mistakes[name as keyof Driver]
      const member = Reflect.get(target, name, target) as unknown
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

async function failuresOf(mistake: Mistake): Promise<string[]> {
  const failures = await driverFailures(async () => {
    const clock = new FakeClock()
    const right = memoryDriver({ clock })
    return { driver: wrong(right, mistake(right, clock)), elapse: (ms) => clock.advance(ms) }
  })
  return failures.map((failure) => failure.case)
}

describe('the contract of a driver', () => {
  it('finds nothing wrong with one that is right', async () => {
    expect(await failuresOf(() => ({}))).toEqual([])
  })

  for (const [name, mistake] of Object.entries(MISTAKES)) {
    it(`finds one that ${name}`, async () => {
      expect(await failuresOf(mistake)).not.toEqual([])
    })
  }
})
