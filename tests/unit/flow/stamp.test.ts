import { describe, expect, it } from 'vitest'
import { compareStamps, StampClock, stampTime, ZERO_STAMP } from '../../../js/flow/stamp.ts'
import { seededRandom } from '../../helpers/random.ts'
import { stampAt } from '../../helpers/stored.ts'

function clockAt(wall: number, seed = 1) {
  const time = { wall }
  return { time, stamps: new StampClock({ wall: () => time.wall, random: seededRandom(seed) }) }
}

describe('a stamp clock', () => {
  it('follows the wall clock', () => {
    const { stamps, time } = clockAt(1_700_000_000_000)
    expect(stampTime(stamps.next())).toBe(1_700_000_000_000)
    time.wall += 5
    expect(stampTime(stamps.next())).toBe(1_700_000_000_005)
  })

  it('grows with every stamp, also when the wall clock stands still or goes back', () => {
    const { stamps, time } = clockAt(1000)
    let last = stamps.next()
    let wrong = 0
    for (let i = 0; i < 200_000; i++) {
      if (i % 50_000 === 0) time.wall -= 10
      const stamp = stamps.next()
      if (compareStamps(stamp, last) <= 0) wrong++
      last = stamp
    }
    expect(wrong).toBe(0)
    expect(stampTime(last)).toBe(1003)
  })

  it('gives stamps newer than all that it received', () => {
    const { stamps } = clockAt(1000)
    const foreign = stampAt(5000, 7, 255)
    expect(stamps.receive(foreign)).toBe(true)
    expect(compareStamps(stamps.next(), foreign)).toBeGreaterThan(0)
    const sameTime = stampAt(5000, 900, 255)
    stamps.receive(sameTime)
    expect(compareStamps(stamps.next(), sameTime)).toBeGreaterThan(0)
    stamps.receive(stampAt(4000, 60_000))
    expect(stampTime(stamps.next())).toBe(5000)
  })

  it('does not believe a stamp more than an hour ahead', () => {
    const { stamps } = clockAt(1000)
    expect(stamps.receive(stampAt(1000 + 3_600_001))).toBe(false)
    expect(stampTime(stamps.next())).toBe(1000)
    expect(stamps.receive(stampAt(1000 + 3_600_000))).toBe(true)
  })

  it('marks its stamps with a node id of its own, made at the first of them', () => {
    let drawn = 0
    const random = seededRandom(3)
    const stamps = new StampClock({
      wall: () => 1000,
      random: (bytes) => {
        drawn++
        random(bytes)
      },
    })
    stamps.receive(stampAt(2000))
    expect(drawn).toBe(0)
    const [one, two] = [stamps.next(), stamps.next()]
    expect(drawn).toBe(1)
    expect(one.subarray(8)).toEqual(two.subarray(8))
    expect(one.subarray(8)).not.toEqual(clockAt(1000).stamps.next().subarray(8))
  })

  it('writes ms, counter and node big-endian, so that bytes compare as time does', () => {
    const { stamps } = clockAt(0x0123_4567_89ab)
    expect([...stamps.next().subarray(0, 8)]).toEqual([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0, 0])
    expect([...stamps.next().subarray(6, 8)]).toEqual([0, 1])
  })
})

describe('the order of stamps', () => {
  it('is that of unsigned bytes, and a shorter one is older', () => {
    expect(compareStamps(stampAt(255), stampAt(256))).toBeLessThan(0)
    expect(compareStamps(stampAt(1, 128), stampAt(1, 127))).toBeGreaterThan(0)
    expect(compareStamps(stampAt(1), stampAt(1))).toBe(0)
    expect(compareStamps(ZERO_STAMP.subarray(0, 4), ZERO_STAMP)).toBeLessThan(0)
  })
})
