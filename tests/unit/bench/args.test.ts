import { expect, test } from 'vitest'
import { readArgs, wholeNumber } from '../../../bench/lib/args.ts'

test('without arguments everything is measured', () => {
  expect(readArgs([])).toEqual({ only: [], sizes: ['100k', '1M', '4M'], quick: false, json: false })
})

test('names and sizes can be chosen, sizes in their own order', () => {
  const options = readArgs(['--only', 'hit', '--only', 'miss', '--size', '4M', '--size', '100k', '--json'])
  expect(options).toEqual({ only: ['hit', 'miss'], sizes: ['100k', '4M'], quick: false, json: true })
})

test('a quick run has one size', () => {
  expect(readArgs(['--quick'])?.sizes).toEqual(['100k'])
  expect(() => readArgs(['--quick', '--size', '1M'])).toThrow('--quick has a size of its own')
})

test('help is no run, and what is unknown is an error that names it', () => {
  expect(readArgs(['-h'])).toBeUndefined()
  expect(() => readArgs(['--size', '2M'])).toThrow('--size takes 100k, 1M, 4M, not 2M')
  expect(() => readArgs(['--fast'])).toThrow('--fast')
})

test.each(['0', '-1', '1.5', 'many', ''])('%j is no number of entries', (text) => {
  expect(() => wholeNumber('--entries', text)).toThrow(`--entries takes a whole number from 1 up, not ${text}`)
})

test('a whole number is one', () => {
  expect(wholeNumber('--entries', '4000000')).toBe(4_000_000)
})
