import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { MemoryCache } from '../../../js/memory/index.ts'
import { POLICY_NUMBERS } from '../../../js/memory/store.ts'
import { type Glue, instantiate, type PackedCore } from '../../../pkg/glue.js'

const PAGE = 65_536
const wasm = readFileSync(new URL('../../../pkg/core.wasm', import.meta.url))
const encoder = new TextEncoder()

/** A core with a packed store in it, as `PackedStore` has one. */
class Bench {
  readonly glue: Glue
  store: PackedCore
  readonly #policy: number

  constructor(policy: number, pages?: number) {
    this.glue = instantiate(new WebAssembly.Module(pages === undefined ? wasm : withMaximum(wasm, pages)))
    this.#policy = policy
    this.store = this.#make()
  }

  get memory(): number {
    return this.glue.memory.buffer.byteLength
  }

  /** 1 if stored, 0 if refused, -1 without memory; undefined where not even the value's buffer has room. */
  set(key: string, value: Uint8Array, deadline = Infinity): number | undefined {
    const pointer = this.glue.valuePointer(Math.max(value.length, 1))
    if (pointer === 0) return undefined
    new Uint8Array(this.glue.memory.buffer, pointer).set(value)
    return this.store.rawSet(this.#write(key), value.length, 2, deadline, 0)
  }

  get(key: string): Uint8Array | undefined {
    if (this.store.rawGet(this.#write(key), 0) === 0) return undefined
    const [pointer, length] = new Float64Array(this.glue.memory.buffer, this.glue.resultPointer(), 2)
    return new Uint8Array(this.glue.memory.buffer, pointer, length)
  }

  delete(key: string): boolean {
    return this.store.rawRemove(this.#write(key), 0)
  }

  clear(): void {
    this.store.free()
    this.store = this.#make()
  }

  #make(): PackedCore {
    return new this.glue.PackedCore(this.#policy, false, Infinity, Infinity, false)
  }

  #write(key: string): number {
    const view = new Uint8Array(this.glue.memory.buffer, this.glue.keyPointer(), this.glue.keyCapacity())
    return encoder.encodeInto(key, view).written
  }
}

/** The module with a limit, in pages, in its memory section. */
function withMaximum(module: Uint8Array, pages: number): Uint8Array<ArrayBuffer> {
  let at = 8
  for (;;) {
    const id = module[at] as number
    const [size, body] = readNumber(module, at + 1)
    if (id === 5) {
      const [minimum] = readNumber(module, body + 2)
      const section = [1, 1, ...writeNumber(minimum), ...writeNumber(pages)]
      const changed = [...writeNumber(section.length), ...section]
      return Uint8Array.from([...module.subarray(0, at + 1), ...changed, ...module.subarray(body + size)])
    }
    at = body + size
  }
}

function readNumber(bytes: Uint8Array, start: number): [value: number, next: number] {
  let value = 0
  for (let at = start, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] as number
    value |= (byte & 127) << shift
    if (byte < 128) return [value, at + 1]
  }
}

function writeNumber(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...writeNumber(value >> 7)]
}

/** Numbers that look random, the same each time. */
function makeRandom(): (below: number) => number {
  let state = 1
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const keyOf = (id: number) => `user:profile:${String(id).padStart(7, '0')}`

/** The garbage collector, which no option of the test runner needs to bring. */
function collect(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

describe('the memory of a packed store', () => {
  it('goes back to the system when the cache is cleared', async () => {
    const cache = new MemoryCache<Uint8Array>({ maxBytes: '1GB', store: 'packed' })
    const value = new Uint8Array(10_000)
    for (let id = 0; id < 20_000; id++) cache.set(keyOf(id), value)
    collect()
    const full = process.memoryUsage.rss()
    cache.clear()
    // An instance is freed in the background, some turns after nobody holds it any more.
    await vi.waitFor(() => {
      collect()
      expect(full - process.memoryUsage.rss()).toBeGreaterThan(100_000_000)
    })
    expect(cache.set('a', value)).toBe(true)
  })

  it.each(['lru', 'sieve', 's3fifo'] as const)('is what is stated, with a deadline on every entry: %s', (name) => {
    const bench = new Bench(POLICY_NUMBERS[name])
    const value = new Uint8Array(200)
    const count = 600_000
    const before = bench.memory
    for (let id = 0; id < count; id++) bench.set(keyOf(id), value, 1_000_000 + id)
    const stated = bench.store.bytes() / count
    // The value's tag is a byte of the value.
    expect(stated - 20 - 201).toBeLessThanOrEqual(48)
    const measured = (bench.memory - before) / count
    // Beyond what is stated: reserves of tables that grow, what these left when they were moved,
    // and what is left of the last segment.
    expect(measured).toBeLessThan(stated * 1.15)
  })

  it.each(['removed one by one', 'dropped at once'])('is used again after all was %s', (how) => {
    const bench = new Bench(POLICY_NUMBERS.lru)
    const random = makeRandom()
    const after: number[] = []
    for (let round = 0; round < 10; round++) {
      for (let id = 0; id < 20_000; id++)
        bench.set(keyOf(id), new Uint8Array(random(random(20) === 0 ? 20_000 : 1_000)))
      after.push(bench.memory)
      if (how === 'dropped at once') bench.clear()
      else for (let id = 0; id < 20_000; id++) bench.delete(keyOf(id))
      expect(bench.store.len()).toBe(0)
    }
    expect(Math.max(...after)).toBeLessThanOrEqual((after[1] as number) * 1.1)
  })

  it('is limited: entries leave for new ones, and nothing is corrupted', () => {
    const bench = new Bench(POLICY_NUMBERS.sieve, 400)
    const random = makeRandom()
    const lengths = new Map<string, number>()
    let refused = 0
    for (let id = 0; id < 60_000; id++) {
      const length = random(random(50) === 0 ? 100_000 : 2_000)
      const value = new Uint8Array(length).fill(id)
      if (bench.set(keyOf(id), value) === 1) lengths.set(keyOf(id), length)
      else refused++
    }
    expect(bench.memory).toBeLessThanOrEqual(400 * PAGE)
    expect(refused).toBeLessThan(600)
    let found = 0
    for (let id = 0; id < 60_000; id++) {
      const value = bench.get(keyOf(id))
      if (value === undefined) continue
      found++
      expect(value.length).toBe(lengths.get(keyOf(id)))
      if (value.some((byte) => byte !== (id & 255))) expect.fail(`${keyOf(id)} has other bytes`)
    }
    expect(found).toBe(bench.store.len())
    expect(bench.store.bytes()).toBeGreaterThan(0.7 * 400 * PAGE)
  })

  it('is limited: what is larger than all of it is refused', () => {
    const bench = new Bench(POLICY_NUMBERS.lru, 200)
    expect(bench.set('a', new Uint8Array(1_000))).toBe(1)
    expect(bench.set('b', new Uint8Array(9_000_000))).not.toBe(1)
    expect(bench.set('c', new Uint8Array(1_000))).toBe(1)
    expect(bench.get('c')?.length).toBe(1_000)
  })
})
