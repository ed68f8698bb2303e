import { expect, it } from 'vitest'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

it('a clock that sleeps wakes with all that was due, in order, and once', async () => {
  const clock = new FakeClock()
  const [now, wall] = [clock.now(), clock.wall()]
  const fired: [string, number][] = []
  const tell = (name: string) => fired.push([name, clock.now() - now])
  const everySecond = () => {
    clock.after(1_000, () => {
      tell('second')
      everySecond()
    })
  }
  everySecond()
  clock.after(10_000, () => tell('later'))
  clock.after(500, () => tell('sooner'))
  clock.after(60_001, () => tell('not yet'))
  await clock.sleep(60_000)
  expect([clock.now() - now, clock.wall() - wall]).toEqual([60_000, 60_000])
  expect(fired).toEqual([
    ['sooner', 60_000],
    ['second', 60_000],
    ['later', 60_000],
  ])
  await clock.advance(1)
  expect(fired.at(-1)).toEqual(['not yet', 60_001])
})
