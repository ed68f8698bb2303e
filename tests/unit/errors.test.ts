import { expect, test, vi } from 'vitest'
import { CacheError } from '../../js/errors.ts'

test('an error of another copy of the module is a CacheError', async () => {
  vi.resetModules()
  const copy = await import('../../js/errors.ts')
  expect(copy.CacheError).not.toBe(CacheError)
  expect(new copy.CacheError('TIMEOUT', 'late')).toBeInstanceOf(CacheError)
  expect(new CacheError('TIMEOUT', 'late')).toBeInstanceOf(copy.CacheError)
})

test('nothing else is a CacheError', () => {
  for (const value of [new Error('x'), { name: 'CacheError', code: 'TIMEOUT' }, 'CacheError', null, undefined]) {
    expect(value instanceof CacheError).toBe(false)
  }
})

test('a class derived from CacheError is told apart from it', () => {
  class Narrow extends CacheError {}
  expect(new Narrow('TIMEOUT', 'late')).toBeInstanceOf(CacheError)
  expect(new Narrow('TIMEOUT', 'late')).toBeInstanceOf(Narrow)
  expect(new CacheError('TIMEOUT', 'late')).not.toBeInstanceOf(Narrow)
})

test('JSON has the text of an error and of its cause', () => {
  const cause = Object.assign(new TypeError('no way to redis://me:hunter2@host:6379'), { password: 'hunter2' })
  const error = new CacheError('TIER_UNAVAILABLE', 'redis: away', { cause, context: { tier: 'redis' } })
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: 'CacheError',
    code: 'TIER_UNAVAILABLE',
    message: 'redis: away',
    context: { tier: 'redis' },
    cause: 'TypeError: no way to redis://***@host:6379',
  })
})

test('JSON of an error without a cause has none, and takes nothing from a cause that is no error', () => {
  expect(new CacheError('CLOSED', 'closed').toJSON()).not.toHaveProperty('cause')
  expect(new CacheError('CLOSED', 'closed', { cause: { token: 'hunter2' } }).toJSON().cause).toBe('object')
})
