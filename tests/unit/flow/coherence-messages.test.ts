import { describe, expect, it, vi } from 'vitest'
import { changeOfKey } from '../../../js/flow/coherence/changed-key.ts'
import { type Change, decodeMessage, encodeMessage, KINDS } from '../../../js/flow/coherence/message.ts'
import { Receiver } from '../../../js/flow/coherence/receiver.ts'
import { Trust } from '../../../js/flow/coherence/trust.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'

const NODE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
const stamp = Uint8Array.from({ length: 16 }, (_, i) => i)
const changes: Change[] = [
  { kind: KINDS.set, region: 'r', key: 'käse:🧀', stamp },
  { kind: KINDS.delete, region: 'r@2', key: '', stamp },
  { kind: KINDS.clear, region: 'other', key: '', stamp },
]
const message = encodeMessage(NODE, 7, changes, 1234)

describe('messages', () => {
  it('come back as they were', () => {
    expect(decodeMessage(message)).toEqual({
      node: '0102030405060708',
      sequence: 7,
      age: 1234,
      changes,
      unknown: 0,
    })
  })

  it('of another version are none', () => {
    const later = message.slice()
    later[0] = 2
    expect(decodeMessage(later)).toBeUndefined()
  })

  it('keep what is known of them where a kind is not', () => {
    const later = message.slice()
    later[17] = 200
    expect(decodeMessage(later)).toMatchObject({ unknown: 1, changes: changes.slice(1) })
  })

  it('never make the receiver throw, whatever their bytes are', () => {
    const receiver = new Receiver({
      clock: new FakeClock(),
      node: () => 'me',
      onChanges: () => undefined,
      onGap: () => undefined,
      onEcho: () => undefined,
    })
    for (let length = 0; length < message.length; length++) receiver.receive(message.subarray(0, length))
    for (let i = 0; i < message.length; i++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const damaged = message.slice()
        damaged[i] = value
        receiver.receive(damaged)
      }
    }
    expect(receiver.ignored).toBeGreaterThan(message.length)
  })
})

describe('a receiver', () => {
  function make() {
    const clock = new FakeClock()
    const [onChanges, onGap, onEcho] = [vi.fn(), vi.fn(), vi.fn()]
    const receiver = new Receiver({ clock, node: () => '0102030405060708', onChanges, onGap, onEcho })
    return { receiver, clock, onChanges, onGap, onEcho }
  }

  it('passes over what it sent itself, and notices what was lost', () => {
    const { receiver, onChanges, onGap, onEcho } = make()
    receiver.begin()
    receiver.receive(message)
    expect([receiver.own, receiver.received, onChanges.mock.calls.length]).toEqual([1, 0, 0])
    expect(onEcho).toHaveBeenCalledExactlyOnceWith(7)
    const other = NODE.slice().fill(9)
    receiver.receive(encodeMessage(other, 3, changes))
    expect(onChanges.mock.calls.map(([region]) => region)).toEqual(['r', 'r@2', 'other'])
    receiver.receive(encodeMessage(other, 4, []))
    receiver.receive(encodeMessage(other, 2, []))
    receiver.receive(encodeMessage(other, 5, []))
    expect(onGap).not.toHaveBeenCalled()
    receiver.receive(encodeMessage(other, 7, []))
    expect(onGap).toHaveBeenCalledOnce()
    receiver.begin()
    receiver.receive(encodeMessage(other, 70, []))
    expect(receiver.gaps).toBe(1)
  })

  it('notices what was lost of a sender that it never heard, if that was sent since it listens', async () => {
    const { receiver, clock } = make()
    receiver.begin()
    await clock.advance(1_000)
    receiver.receive(encodeMessage(NODE.slice().fill(9), 3, [], 1_001))
    receiver.receive(encodeMessage(NODE.slice().fill(8), 3, []))
    expect(receiver.gaps).toBe(0)
    receiver.receive(encodeMessage(NODE.slice().fill(7), 3, [], 999))
    expect(receiver.gaps).toBe(1)
  })
})

describe('trust', () => {
  it('tells apart what was marked before and after the bus was there, also at the same moment', () => {
    const trust = new Trust(new FakeClock())
    const before = trust.mark()
    trust.begin()
    const after = trust.mark()
    expect([trust.covers(before, 1_000), trust.covers(after, 1_000)]).toEqual([false, true])
    trust.begin()
    expect([trust.covers(after, 1_000), trust.covers(trust.mark(), 1_000)]).toEqual([false, true])
  })

  it('counts from the loss of the bus for what was heard until then, and from the mark for the rest', async () => {
    const clock = new FakeClock()
    const trust = new Trust(clock)
    const unheard = trust.mark()
    expect(trust.covers(unheard, 1_000)).toBe(true)
    await clock.advance(500)
    trust.begin()
    const heard = trust.mark()
    await clock.advance(60_000)
    trust.end()
    await clock.advance(999)
    expect([trust.covers(unheard, 1_000), trust.covers(heard, 1_000)]).toEqual([false, true])
    await clock.advance(2)
    expect(trust.covers(heard, 1_000)).toBe(false)
  })
})

describe('a key of L2 that has changed', () => {
  it.each([
    ['ns:r:0011223344556677:a:b', { kind: KINDS.set, region: 'r', key: 'a:b' }],
    ['ns:r:generation', { kind: KINDS.clear, region: 'r', key: '' }],
    ['ns:r:tags:0011223344556677:dx', { kind: KINDS.set, region: 'r:tags', key: 'dx' }],
    ['ns:r:tags:generation', { kind: KINDS.clear, region: 'r:tags', key: '' }],
  ])('%s', (raw, change) => {
    expect(changeOfKey('ns', raw)).toMatchObject(change)
  })

  it.each(['other:r:0011223344556677:a', 'ns', 'ns:', 'ns:r', 'nsx:r:1:a', 'ns:r:lock:a'])('%s is no change', (raw) => {
    expect(changeOfKey('ns', raw)).toBeUndefined()
  })
})
