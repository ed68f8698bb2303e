import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { crypt, deflate, inflate } from '../../../js/codec/host/engines.ts'

const BYTES = new TextEncoder().encode('one and the same, again and again; '.repeat(3_000))
const STREAM = new Uint8Array(deflateRawSync(BYTES))
const BOMB = new Uint8Array(deflateRawSync(new Uint8Array(8_000_000)))

/** What comes of it; an engine may reject, too, where it refuses. */
function refused(work: Promise<unknown>): Promise<unknown> {
  return work.catch(() => undefined)
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** As where there is no Node. */
function withoutZlib(): void {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
}

/** As browsers have it, and Node has not: what stands behind the end of the data is refused. */
class StrictStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor() {
    const pieces: Uint8Array[] = []
    super({
      transform: (piece) => void pieces.push(piece),
      flush: (controller) => {
        const bytes = Buffer.concat(pieces)
        const { buffer, engine } = inflateRawSync(bytes, { info: true }) as never as Record<string, Buffer>
        if (engine?.['bytesWritten' as never] !== bytes.length) throw new TypeError('more behind the end')
        for (let at = 0; at < (buffer as Buffer).length; at += 16_384) {
          controller.enqueue(new Uint8Array((buffer as Buffer).subarray(at, at + 16_384)))
        }
      },
    })
  }
}

/** It lets anything pass. */
class LaxStream extends TransformStream<Uint8Array, Uint8Array> {
  // biome-ignore lint/complexity/noUselessConstructor: it is given a format, which is no transformer.
  constructor() {
    super()
  }
}

describe.each(['zlib', 'streams'])('deflate by %s', (engine) => {
  beforeEach(() => {
    if (engine === 'zlib') return
    withoutZlib()
    vi.stubGlobal('DecompressionStream', StrictStream)
  })

  test('comes back as it was, and is shorter', async () => {
    for (const bytes of [BYTES, BYTES.subarray(0, 1), crypto.getRandomValues(new Uint8Array(60_000))]) {
      const stream = (await deflate(bytes)) as Uint8Array
      expect(stream.length).toBeLessThan(bytes.length + 100)
      expect(await inflate(stream, bytes.length)).toEqual(bytes)
    }
    expect(((await deflate(BYTES)) as Uint8Array).length).toBeLessThan(BYTES.length / 50)
    expect(await inflate(STREAM, BYTES.length)).toEqual(BYTES)
  })

  test('a stream that does not come to the declared length is refused', async () => {
    for (const length of [0, 1, BYTES.length - 1, BYTES.length + 1, BYTES.length * 2]) {
      expect(await refused(inflate(STREAM, length)), `${length}`).toBeUndefined()
    }
  })

  test('a stream with something behind it, or cut, is refused', async () => {
    expect(await refused(inflate(new Uint8Array([...STREAM, 0]), BYTES.length))).toBeUndefined()
    for (let length = 0; length < STREAM.length; length += 7) {
      expect(await refused(inflate(STREAM.subarray(0, length), BYTES.length)), `${length}`).toBeUndefined()
    }
  })

  test('a bomb is given up long before it has gone off', async () => {
    expect(await refused(inflate(BOMB, 50_000))).toBeUndefined()
  })
})

test('a stream of the host is read no further than to the declared length', async () => {
  let made = 0
  let cancelled = false
  let streams = 0
  const Endless = class {
    readonly writable = new WritableStream()
    readonly readable = new ReadableStream({
      pull: (controller) => {
        // The first one is to show whether it is strict.
        if (streams === 1) throw new TypeError('more behind the end')
        controller.enqueue(new Uint8Array(1_000).fill(++made))
      },
      cancel: () => {
        cancelled = true
      },
    })
    constructor() {
      streams++
    }
  }
  withoutZlib()
  vi.stubGlobal('DecompressionStream', Endless)
  expect(await inflate(STREAM, 10_500)).toBeUndefined()
  expect(made).toBeLessThan(15)
  expect(cancelled).toBe(true)
})

test('a stream that lets anything stand behind its data is not used', async () => {
  withoutZlib()
  vi.stubGlobal('DecompressionStream', LaxStream)
  expect(await inflate(BYTES, BYTES.length)).toBeUndefined()
})

describe.each(['fails', 'hangs'])('a stream that %s the first time', (how) => {
  test.each([
    ['strict', StrictStream, BYTES],
    ['lax', LaxStream, undefined],
  ])('is used later if it is strict: %s', async (_, Stream, expected) => {
    let stumbles = true
    const First = class extends (Stream as typeof StrictStream) {
      constructor() {
        super()
        if (how === 'fails' && stumbles) this.#stumble(new RangeError('no memory at present'))
      }
      override get readable() {
        return stumbles ? new ReadableStream({ pull: () => this.#stumble() }) : super.readable
      }
      #stumble(error?: Error): void {
        stumbles = false
        if (error !== undefined) throw error
      }
    }
    withoutZlib()
    vi.stubGlobal('DecompressionStream', First)
    const first = refused(inflate(STREAM, BYTES.length))
    expect(await Promise.race([first, new Promise<void>((done) => setImmediate(done))])).toBeUndefined()
    expect(await refused(inflate(STREAM, BYTES.length))).toEqual(expected)
    expect(await refused(inflate(new Uint8Array([...STREAM, 0]), BYTES.length))).toBeUndefined()
  })
})

test('a host without these engines has nothing', async () => {
  withoutZlib()
  vi.stubGlobal('CompressionStream', undefined)
  vi.stubGlobal('DecompressionStream', undefined)
  vi.stubGlobal('crypto', {})
  const [key, iv] = [new Uint8Array(32), new Uint8Array(12)]
  expect(await deflate(BYTES)).toBeUndefined()
  expect(await inflate(STREAM, BYTES.length)).toBeUndefined()
  expect(await crypt('encrypt', key, iv, iv, BYTES)).toBeUndefined()
})

test('the key that the host is given can only be used for what it is for', async () => {
  const importKey = vi.spyOn(crypto.subtle, 'importKey')
  const [key, iv] = [new Uint8Array(32), new Uint8Array(12)]
  const sealed = await crypt('encrypt', key, iv, iv, BYTES)
  expect(await crypt('decrypt', key, iv, iv, sealed as typeof iv)).toEqual(BYTES)
  expect(importKey.mock.calls.map(([, , , extractable, uses]) => [extractable, uses])).toEqual([
    [false, ['encrypt']],
    [false, ['decrypt']],
  ])
  importKey.mockRestore()
})
