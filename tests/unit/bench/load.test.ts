import { expect, test } from 'vitest'
import { BATCH, FreshStrings, KEY_LENGTH, makeKeys, NewKeys, TextMaker, zipfStream } from '../../../bench/lib/load.ts'
import { readThrough, setAll } from '../../../bench/lib/loops.ts'

test('keys are all different and as long as each other', () => {
  const keys = makeKeys('user:profile:', 5_000)
  expect(new Set(keys).size).toBe(5_000)
  expect(keys.every((key) => key.length === KEY_LENGTH && key.startsWith('user:profile:'))).toBe(true)
  expect(keys).not.toEqual([...keys].sort())
})

test('new keys never come again', () => {
  const fresh = new NewKeys('user:profile:')
  const seen = [...fresh.next(1_000), ...fresh.next(1_000)]
  expect(new Set(seen).size).toBe(2_000)
})

test('a text ends in its number', () => {
  const texts = new TextMaker('text:', 12)
  expect([texts.make(7), texts.make(1_234_567), texts.make(0)]).toEqual([
    'text:0000007',
    'text:1234567',
    'text:0000000',
  ])
})

test('fresh strings are the texts in their order, over and over', () => {
  const texts = makeKeys('user:', 2 * BATCH)
  const fresh = new FreshStrings(texts)
  expect([...fresh.next(), ...fresh.next()]).toEqual(texts)
  expect(fresh.next()[0]).toBe(texts[0])
})

test('a stream has a key for each of its requests, and none besides', () => {
  const { requests, keys } = zipfStream('user:', 100_000, 3_000)
  expect(requests.length).toBe(3_000)
  expect(new Set(requests).size).toBe(keys.length)
  expect(Math.max(...requests)).toBe(keys.length - 1)
})

test('a read-through finds what it has set before', () => {
  const cache = new Map<string, unknown>()
  const stream = { requests: Uint32Array.of(0, 1, 0, 1, 2), keys: ['a', 'b', 'c'] }
  expect(readThrough(cache, stream, ['x'], 0, 5)).toBe(2)
  expect([...cache]).toEqual([
    ['a', 'x'],
    ['b', 'x'],
    ['c', 'x'],
  ])
})

test('fewer values than keys come in turns', () => {
  const cache = new Map<string, unknown>()
  setAll(cache, ['a', 'b', 'c'], [1, 2])
  expect([...cache.values()]).toEqual([1, 2, 1])
})
