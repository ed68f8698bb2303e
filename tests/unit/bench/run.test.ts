import { expect, test } from 'vitest'
import type { Contender } from '../../../bench/lib/measure.ts'
import { type Answer, type Port, type Question, respondent } from '../../../bench/lib/orders.ts'
import { chosen, jobs, run } from '../../../bench/lib/run.ts'
import { SIZES } from '../../../bench/lib/sizes.ts'
import type { Work } from '../../../bench/works/work.ts'

const SCALE = SIZES['100k'].scale
const SIZE = { plan: { rounds: 4, slice: 0 }, scale: SCALE }

function work(name: string, contenders: Work['contenders'], large?: Work['large']): Work {
  const texts = { name, title: name, about: '', against: ['a'] }
  return large === undefined ? { ...texts, contenders } : { ...texts, contenders, large }
}

function contender(done: string[], name: string, found: number, expected = 2): Contender {
  return {
    operations: 4,
    expected,
    run() {
      done.push(name)
      return found
    },
  }
}

/** Ports to respondents in this process. */
function stage(works: readonly Work[]) {
  const closed: number[] = []
  let opened = 0
  const open = (): Port => {
    const number = opened++
    const respond = respondent(works)
    return { ask: (question: Question): Promise<Answer> => respond(question), close: () => closed.push(number) }
  }
  return { stage: { open, lanes: 2 }, closed }
}

test('a work is done at the usual size, and at others if somebody does it there', () => {
  const works = [work('hit', {}, { '1M': ['a'], '4M': ['a'] }), work('miss', {}), work('set', {}, { '1M': ['a'] })]
  const names = jobs(works, ['100k', '1M', '4M']).map(({ name }) => name)
  expect(names).toEqual(['hit', 'miss', 'set', 'hit@1M', 'set@1M', 'hit@4M'])
})

test('works are chosen by how their names begin', () => {
  const all = jobs([work('hit', {}, { '1M': ['a'] }), work('hit-ttl', {}), work('miss', {})], ['100k', '1M'])
  expect(chosen(all, []).length).toBe(all.length)
  expect(chosen(all, ['hit@']).map(({ name }) => name)).toEqual(['hit@1M'])
  expect(() => chosen(all, ['set'])).toThrow('--only takes one of hit, hit-ttl, miss, hit@1M')
})

test('contenders take turns, and each is first in its round', async () => {
  const done: string[] = []
  const works = [work('hit', { a: () => contender(done, 'a', 2), b: () => contender(done, 'b', 2) })]
  const { stage: place, closed } = stage(works)
  const [job] = jobs(works, ['100k'])
  if (job === undefined) throw new Error('no job')
  const report = await run(job, SIZE, place)
  const turns = done.slice(-8).join('')
  expect(turns).toBe('abbaabba')
  expect(report.measured.map(({ name, samples, found }) => [name, samples.length, found])).toEqual([
    ['a', 4, 0.5],
    ['b', 4, 0.5],
  ])
  expect(closed.sort()).toEqual([0, 1])
})

test('each cast is filled anew, and its turns count with those of the others', async () => {
  const done: string[] = []
  const works = [work('hit', { a: () => contender(done, 'a', 2) })]
  const { stage: place, closed } = stage(works)
  const [job] = jobs(works, ['100k'])
  if (job === undefined) throw new Error('no job')
  const report = await run(job, { ...SIZE, plan: { ...SIZE.plan, casts: 3 } }, place)
  expect(report.measured.map(({ samples, found }) => [samples.length, found])).toEqual([[3 * SIZE.plan.rounds, 0.5]])
  expect(closed).toEqual([0, 1, 2])
})

test('at a large size only those come who do it there', async () => {
  const done: string[] = []
  const works = [work('hit', { a: () => contender(done, 'a', 2), b: () => contender(done, 'b', 2) }, { '1M': ['b'] })]
  const [job] = jobs(works, ['1M'])
  if (job === undefined) throw new Error('no job')
  expect((await run(job, SIZE, stage(works).stage)).measured.map(({ name }) => name)).toEqual(['b'])
})

test('a cache that finds something else than it should is an error with its name, and all are closed', async () => {
  const works = [work('hit', { a: () => contender([], 'a', 2), liar: () => contender([], 'liar', 3) })]
  const { stage: place, closed } = stage(works)
  const [job] = jobs(works, ['100k'])
  if (job === undefined) throw new Error('no job')
  await expect(run(job, SIZE, place)).rejects.toThrow('liar, hit: it found 3 values, not 2')
  expect(closed.sort()).toEqual([0, 1])
})
