import { afterEach, describe, expect, it, vi } from 'vitest'
import { MemoryCache } from '../../../js/memory/index.ts'

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte)

function packed(): MemoryCache<Uint8Array> {
  return new MemoryCache<Uint8Array>({ max: 10_000, store: 'packed' })
}

/** The core as it is where `globalThis` is another one. */
async function packedWith(globals: Record<string, unknown>): Promise<MemoryCache<Uint8Array>> {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
  vi.resetModules()
  const fresh = await import('../../../js/memory/index.ts')
  return new fresh.MemoryCache<Uint8Array>({ max: 10_000, store: 'packed' })
}

afterEach(() => vi.unstubAllGlobals())

describe('bytes from a packed store', () => {
  it.each([0, 1, 7, 8, 200, 2_047, 2_048, 2_049, 100_000])('are plain and as they were: %i of them', (length) => {
    const cache = packed()
    cache.set('a', filled(length, 7))
    expect(cache.get('a')).toEqual(filled(length, 7))
    expect(Object.getPrototypeOf(cache.get('a'))).toBe(Uint8Array.prototype)
  })

  it('are the own of whoever got them', () => {
    const cache = packed()
    for (let id = 0; id < 1_000; id++) cache.set(`key-${id}`, filled(id % 300, id))
    const values = Array.from({ length: 1_000 }, (_, id) => cache.get(`key-${id}`))
    for (const value of values) value?.reverse().fill(255)
    for (let id = 0; id < 1_000; id++) expect(cache.get(`key-${id}`)).toEqual(filled(id % 300, id))
    expect(values.every((value, id) => value?.length === id % 300 && value.every((byte) => byte === 255))).toBe(true)
  })

  it('begin where a view of any type may', () => {
    const cache = packed()
    cache.set('a', filled(13, 1))
    const offsets = [cache.get('a'), cache.get('a'), cache.get('a')].map((value) => (value?.byteOffset ?? 1) % 8)
    expect(offsets).toEqual([0, 0, 0])
  })

  it('share a buffer when they are short, have their own when they are long', () => {
    const cache = packed()
    cache.set('short', filled(200, 1))
    cache.set('long', filled(2_049, 1))
    const shared = Array.from({ length: 1_000 }, () => cache.get('short')?.buffer)
    expect(new Set(shared).size).toBeLessThan(10)
    expect(cache.get('long')?.buffer.byteLength).toBe(2_049)
  })

  it('stay when those beside them are transferred', () => {
    const cache = packed()
    cache.set('a', filled(200, 1))
    const [kept, sent] = [cache.get('a'), cache.get('a')]
    try {
      structuredClone(sent, { transfer: [(sent as Uint8Array).buffer as ArrayBuffer] })
    } catch {
      // Later versions of Node refuse it.
    }
    expect(kept).toEqual(filled(200, 1))
    expect(cache.get('a')).toEqual(filled(200, 1))
  })

  it.each([
    ['without a process', { process: undefined }],
    ['without worker threads', { process: { getBuiltinModule: () => undefined } }],
    ['where a mark does not help', { process: { getBuiltinModule: () => ({ markAsUntransferable: () => {} }) } }],
  ])('have buffers of their own %s', async (_, globals) => {
    const cache = await packedWith(globals)
    cache.set('a', filled(200, 1))
    const [one, other] = [cache.get('a'), cache.get('a')]
    expect(one?.buffer.byteLength).toBe(200)
    expect(other?.buffer).not.toBe(one?.buffer)
    expect(one).toEqual(filled(200, 1))
  })
})
