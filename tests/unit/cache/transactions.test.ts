import { describe, expect, it } from 'vitest'
import type { Transaction } from '../../../js/cache/region/transaction.ts'
import { deferred, expectError, KIND_NAMES, KINDS, makeCache } from './fixture.ts'

describe.each(KIND_NAMES)('a transaction on a region that is %s', (kind) => {
  it('sees its own writes, which nobody else does before the end', async () => {
    const { cache } = makeCache()
    await cache.setMany(kind, { a: 1, b: 1 })
    const answer = await cache.transaction(kind, async (tx) => {
      await tx.set('a', 2)
      expect(await tx.delete('b')).toBe(true)
      await tx.set('new', 3)
      expect([await tx.get('a'), await tx.get('b'), await tx.get('new')]).toEqual([2, undefined, 3])
      expect([await tx.has('a'), await tx.has('b'), await tx.has('new')]).toEqual([true, false, true])
      expect(await tx.delete('b')).toBe(false)
      expect(await tx.get('untouched')).toBeUndefined()
      expect([await cache.get(kind, 'a'), await cache.get(kind, 'b'), await cache.has(kind, 'new')]).toEqual([
        1,
        1,
        false,
      ])
      return 'answer'
    })
    expect(answer).toBe('answer')
    expect(await cache.getMany(kind, ['a', 'b', 'new'])).toEqual(
      new Map([
        ['a', 2],
        ['new', 3],
      ]),
    )
  })

  it('applies the last of several writes to one key', async () => {
    const { cache } = makeCache()
    await cache.transaction(kind, async (tx) => {
      await tx.set('k', 1)
      await tx.delete('k')
      await tx.set('k', 2)
      await tx.set('gone', 1)
      await tx.delete('gone')
    })
    expect(await cache.get(kind, 'k')).toBe(2)
    expect(await cache.has(kind, 'gone')).toBe(false)
  })

  it('is undone as a whole by a throw, which comes out as it is', async () => {
    const { cache } = makeCache()
    await cache.setMany(kind, { a: 1, b: 1 })
    const error = new Error('changed my mind')
    const work = cache.transaction(kind, async (tx) => {
      await tx.set('a', 2)
      await tx.delete('b')
      await tx.set('c', 3)
      throw error
    })
    await expect(work).rejects.toBe(error)
    expect(await cache.getMany(kind, ['a', 'b', 'c'])).toEqual(
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    )
  })

  it('keeps the lifetimes that it was given', async () => {
    const { cache, clock } = makeCache({ defaults: { ttl: '1h' } })
    await cache.transaction(kind, async (tx) => {
      await tx.set('short', 1, { ttl: '1s' })
      await tx.set('default', 1)
    })
    await clock.advance(1_000)
    expect([...(await cache.getMany(kind, ['short', 'default'])).keys()]).toEqual(['default'])
    await clock.advance(3_599_000)
    expect(await cache.has(kind, 'default')).toBe(false)
  })

  it('shows nothing of itself where one of its values is too heavy', async () => {
    const large = Array.from({ length: 4000 }, (_, i) => Math.sin(i))
    const { cache, clock } = makeCache({ regions: { [kind]: { ...KINDS[kind], maxBytes: '16KB' } } })
    await cache.set(kind, 'a', 'before', { ttl: '10s' })
    await cache.set(kind, 'b', 'before')
    const work = cache.transaction(kind, async (tx) => {
      await tx.set('a', 'after', { ttl: '1h' })
      await tx.delete('b')
      await tx.set('c', 'after')
      await tx.set('large', large)
    })
    const error = await expectError(work, 'COMMIT_FAILED', kind, /heavier|large/i)
    expect(error.context.region).toBe(kind)
    expect(await cache.getMany(kind, ['a', 'b', 'c', 'large'])).toEqual(
      new Map([
        ['a', 'before'],
        ['b', 'before'],
      ]),
    )
    await clock.advance(10_000)
    expect(await cache.has(kind, 'a')).toBe(false)
  })

  it('keeps the value that was to be replaced by one that is too heavy', async () => {
    const { cache } = makeCache({ regions: { [kind]: { ...KINDS[kind], maxBytes: '16KB' } } })
    await cache.set(kind, 'k', 'before')
    const large = Array.from({ length: 4000 }, (_, i) => Math.sin(i))
    await expectError(
      cache.transaction(kind, (tx) => tx.set('k', large)),
      'COMMIT_FAILED',
      kind,
    )
    expect(await cache.get(kind, 'k')).toBe('before')
  })

  it('refuses what could not be stored at once, and goes on', async () => {
    const { cache } = makeCache()
    await cache.transaction<void>(kind, async (tx) => {
      await tx.set('k', 1)
      await expectError(() => tx.set('', 1), 'INVALID_KEY', kind)
      await expectError(() => tx.get(''), 'INVALID_KEY', kind)
      await expectError(() => tx.delete(7 as unknown as string), 'INVALID_KEY', kind)
      await expectError(() => tx.set('k', undefined), 'UNSERIALIZABLE_VALUE', kind)
    })
    expect(await cache.get(kind, 'k')).toBe(1)
  })

  it('refuses a function as a value, before or at the commit, and then changes nothing', async () => {
    const { cache } = makeCache({ strict: true })
    await cache.setMany(kind, { k: 'before', j: 'before' })
    const work = cache.transaction(kind, async (tx) => {
      await tx.set('j', 'after')
      await tx.set('k', () => 1)
    })
    await expect(work).rejects.toMatchObject({ name: 'CacheError' })
    expect(await cache.get(kind, 'k')).toBe('before')
    expect(await cache.get(kind, 'j')).toBe('before')
  })

  it('cannot be used after its end', async () => {
    const { cache } = makeCache()
    let leaked: Transaction<unknown> | undefined
    await cache.transaction(kind, (tx) => {
      leaked = tx
    })
    const failed = cache.transaction(kind, (tx) => {
      leaked = tx
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    for (const use of [
      () => leaked?.get('k'),
      () => leaked?.set('k', 1),
      () => leaked?.has('k'),
      () => leaked?.delete('k'),
    ]) {
      await expectError(use, 'TRANSACTION_ENDED', /ended/, /await/)
    }
    expect(await cache.has(kind, 'k')).toBe(false)
  })

  it('takes no write that its callback did not wait for', async () => {
    const { cache } = makeCache()
    const gate = deferred()
    let late: Promise<unknown> | undefined
    await cache.transaction(kind, async (tx) => {
      await tx.set('k', 1)
      late = gate.promise.then(() => tx.set('k', 'too late'))
    })
    gate.resolve()
    await expectError(late as Promise<unknown>, 'TRANSACTION_ENDED')
    expect(await cache.get(kind, 'k')).toBe(1)
  })

  it('commits after another or before it, never in between', async () => {
    const { cache } = makeCache()
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}`)
    const write = (value: string) =>
      cache.transaction(kind, async (tx) => {
        for (const key of keys) {
          await tx.set(key, value)
          await Promise.resolve()
        }
      })
    await Promise.all([write('one'), write('two'), write('three')])
    expect(new Set((await cache.getMany(kind, keys)).values()).size).toBe(1)
  })

  it('answers, without writing, what a callback without writes answers', async () => {
    const { cache } = makeCache()
    await cache.set(kind, 'k', 1)
    expect(await cache.transaction(kind, (tx) => tx.get('k'))).toBe(1)
    expect(await cache.transaction(kind, () => 'plain')).toBe('plain')
  })
})
