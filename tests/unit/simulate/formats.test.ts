import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { FormatName } from '../../../js/simulate/trace/formats/index.ts'
import { file, pattern, read } from './helpers.ts'

/** Numbers of some bytes, one after the other. */
function numbers(bits: 32 | 64, littleEndian: boolean, values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer((values.length * bits) / 8))
  for (const [i, value] of values.entries()) {
    if (bits === 32) view.setUint32(4 * i, value, littleEndian)
    else view.setBigUint64(8 * i, BigInt(value), littleEndian)
  }
  return new Uint8Array(view.buffer)
}

/** Requests in libCacheSim's binary format: key and size. */
function oracle(requests: readonly (readonly [bigint, number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(24 * requests.length))
  for (const [i, [key, size]] of requests.entries()) {
    view.setUint32(24 * i, i, true)
    view.setBigUint64(24 * i + 4, key, true)
    view.setUint32(24 * i + 12, size, true)
    view.setBigInt64(24 * i + 16, -1n, true)
  }
  return new Uint8Array(view.buffer)
}

const LOG = (path: string, bytes: string): string =>
  `192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET ${path} HTTP/1.1" 200 ${bytes} "-" "Mozilla/5.0"`

/** 20,000 lines. */
const TEXT = Array.from({ length: 20_000 }, (_, i) => `${(i * 31) % 97}\n`).join('')

/** The same by each packer: not every machine that tests has the programs. */
const PACKED = {
  gzip: () => gzipSync(TEXT),
  zstd: () =>
    Buffer.from(
      'KLUv/WRT4XUEAJaRIAmw6yRJiHBSmHUdABwAHQBDSxwfbXEddWXyqkkeThvm42PLHP1sm6vHXZoxBEfcja6Ybk0ZONUjCwf7ZONi' +
        'x9xuds3Ue5OGmO6NedEUz6xBvqcWOfjVJhcPuzN72TRP5w309bmFAhM9sQz1xbbUIZdbXTLx2pyhkz2zdLhvti530AEBABk3YQ59' +
        'TQH+uy66',
      'base64',
    ),
  xz: () =>
    Buffer.from(
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4OJSAPtdABgCgrdulviacOJ1v7zILfqsK+svo3/7mtTd8EygeYjEh+s+WSDUGYkaJpHf' +
        'Q5odryawKw0hDVzyfzMM0nItmojlBZ4RhFQk0mQgg1XKx3t2r/Q1K+p7O8oITBFE4ii0VeAaZIpNVv0KgEjDsmzRzYNcXF8jtQ+3' +
        'g4YmC0nJ1WIAvvkiEdtOe5fqFwk/yPGXEQzE6hvHzx3fwicd76ZEHd/ZGNDTBMCp0g1Z8jJNmfT2WLq7zi5FEDFcfes53FAjw+MH' +
        'uoeQCEoMrfOXpIhOUHowVr2LZwNiWm25jwPZkyfQnD4EBzi1LEUK54wBAmAYVGWX/swiO6XeAwAAAACRL4J/xkAudwABlwLTxAMA' +
        'btqcMLHEZ/sCAAAAAARZWg==',
      'base64',
    ),
}

/** Each format with the name of its file, its content, which requests are the same, and their sizes. */
const SAMPLES: readonly (readonly [FormatName, string, string | Uint8Array, number[], number[]])[] = [
  ['keys', 'a', '1\n2\r\n\n* a comment\n 1 \n2', [0, 1, 0, 1], [1, 1, 1, 1]],
  ['keys', 'words', 'über\nb\nüber\n', [0, 1, 0], [1, 1, 1]],
  ['arc', 'x.lis', '5 3 0 0\n6 1 0 1\n', [0, 1, 2, 1], [1, 1, 1, 1]],
  ['arc', 'blocks', '5 3 0 0\n6 1 0 1\n', [0, 1, 2, 1], [1, 1, 1, 1]],
  ['int32', 'a', numbers(32, false, [7, 1, 7, 300, 4, 2]), [0, 1, 0, 3, 4, 5], [1, 1, 1, 1, 1, 1]],
  ['int64', 'a', numbers(64, false, [7, 1, 7]), [0, 1, 0], [1, 1, 1]],
  [
    'int64',
    'hashes',
    numbers(64, false, [2 ** 52 + 2 ** 31, 2 ** 52 + 2 ** 31, 2 ** 51 + 2 ** 31 + 5]),
    [0, 0, 2],
    [1, 1, 1],
  ],
  [
    'oracleGeneral',
    'x.oracleGeneral',
    oracle([
      [1n, 10],
      [2n ** 60n, 20],
      [1n, 30],
    ]),
    [0, 1, 0],
    [10, 20, 30],
  ],
  [
    'oracleGeneral',
    'x.bin',
    oracle([
      [1n, 10],
      [2n, 20],
    ]),
    [0, 1],
    [10, 20],
  ],
  ['csv', 'x.csv', 'time,key,size\n1,a,5\n2,"b,c",6\n3,a,7\n', [0, 1, 0], [5, 6, 7]],
  ['csv', 'table', 'obj_id;Bytes\nx;1\ny;2.5\n', [0, 1], [1, 2.5]],
  ['csv', 'x.tsv', 'url\tother\n/a\t\n/b\tx\n/a\t\n', [0, 1, 0], [1, 1, 1]],
  ['adaptsize', 'a', '1 k1 68\n2 k2 7454\n3 k1 68\n', [0, 1, 0], [68, 7454, 68]],
  ['address', 'a', 's 0x1fffff70 1\nl 0x1FFFFF78 1\nl 0x1FFFFF70 6\n', [0, 1, 0], [1, 1, 1]],
  ['log', 'access.log', `${LOG('/a?b', '12')}\n${LOG('/a', '-')}\n${LOG('/a?b', '12')}\n`, [0, 1, 0], [12, 0, 12]],
]

describe('a format', () => {
  it.each(SAMPLES)('%s is read: %s', async (format, name, content, same, sizes) => {
    const { trace, requests, skipped } = await read(file(content, name), { format })
    expect(pattern(requests)).toEqual(same)
    expect(requests.map(({ size }) => size)).toEqual(sizes)
    expect(trace.sized).toBe(sizes.some((size) => size !== 1))
    expect(skipped).toBe(0)
  })

  it.each(SAMPLES)('%s is told from its name or content: %s', async (format, name, content) => {
    const path = file(content, name)
    const [told, named] = [await read(path), await read(path, { format })]
    expect(told.trace.title).toBe(named.trace.title)
    expect(told.requests).toEqual(named.requests)
  })

  it('keeps 64 bits of a number apart', async () => {
    const { requests } = await read(
      file(
        oracle([
          [1n, 1],
          [2n ** 32n + 1n, 1],
          [2n ** 63n + 1n, 1],
        ]),
      ),
      { format: 'oracleGeneral' },
    )
    expect(pattern(requests)).toEqual([0, 1, 2])
  })

  it('is the same whatever the pieces in which it is read', async () => {
    const keys = Array.from({ length: 200_000 }, (_, i) => String((i * 7919) % 50_021))
    const { requests } = await read(file(keys.join('\n')))
    expect(requests).toHaveLength(keys.length)
    expect(new Set(requests.map(({ low, high }) => high * 2 ** 32 + low)).size).toBe(new Set(keys).size)
  })
})

describe('the width of numbers is told from how they come again', () => {
  /** Some keys again and again, in no order; with a factor, numbers that use all their bits. */
  const keys = (factor: number): number[] =>
    Array.from({ length: 4_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 23) * factor)

  it.each([
    ['32-bit numbers', numbers(32, false, keys(1))],
    ['32-bit numbers', numbers(32, true, keys(1))],
    ['32-bit numbers', numbers(32, false, keys(8_388_001))],
    ['64-bit numbers', numbers(64, false, keys(1))],
    ['64-bit numbers', numbers(64, true, keys(1))],
    ['64-bit numbers', numbers(64, false, keys(17_592_186_044_001))],
  ])('%s', async (title, content) => {
    expect((await read(file(content))).trace.title).toBe(title)
  })
})

describe('a compressed trace', () => {
  it.each(Object.entries(PACKED))('may be packed by %s, in one part or in several', async (_, pack) => {
    const packed = pack()
    const { requests } = await read(file(Buffer.concat([packed, packed])))
    expect(requests).toHaveLength(40_000)
    expect(requests.slice(20_000)).toEqual(requests.slice(0, 20_000))
    expect(requests.slice(0, 20_000)).toEqual((await read(file(TEXT))).requests)
  })

  it.each(Object.entries(PACKED))('that is cut off is one clear error: %s', async (name, pack) => {
    const packed = pack()
    const path = file(packed.subarray(0, packed.length - 9), 'cut')
    await expect(read(path)).rejects.toThrow(`${path}: its ${name} data are damaged or end too early`)
  })

  it.each(['zstd', 'xz'] as const)('that is damaged is one clear error: %s', async (name) => {
    const packed = PACKED[name]()
    packed.fill(0xff, 20, 40)
    const path = file(packed, 'damaged')
    await expect(read(path)).rejects.toThrow(`${path}: its ${name} data are damaged or end too early`)
  })
})
