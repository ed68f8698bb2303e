import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import type { TraceOptions } from '../../../js/simulate/trace/trace.ts'
import { file, read } from './helpers.ts'

/** Bytes that mean nothing. */
function noise(length: number): Uint8Array {
  return createHash('shake256', { outputLength: length }).update('noise').digest()
}

type Bad = readonly [what: string, name: string, content: string | Uint8Array, options: TraceOptions, message: RegExp]

const BAD: readonly Bad[] = [
  ['an empty file', 'a', '', {}, /it is empty$/],
  ['prose', 'a', 'the quick brown fox\njumps over it\n', {}, /cannot be told from 'the quick brown fox'.*--format/],
  ['JSON, an object a line', 'x.ndjson', '{"id":1,"x":2}\n{"id":2,"x":3}\n', {}, /it holds JSON.*jq -r .key FILE/],
  ['JSON, as a whole', 'x.json', '[\n  "a",\n  "b"\n]\n', {}, /it holds JSON.*a key a line/],
  ['bytes of which none come again', 'x.bin', noise(3000), {}, /it is no text, and .*nothing .*comes twice.*--format/],
  [
    'a line of ARC that is none',
    'x.lis',
    '1 2 0 0\n\n1 x 0 0\n',
    {},
    /line 3: expected 'startBlock nBlocks .*found '1 x 0 0'/,
  ],
  ['a line of ARC that is cut off', 'x.lis', '1 2 0 0\n17', {}, /line 2: expected 'startBlock/],
  ['blocks without end', 'x.lis', '1 9999999999 0 0\n', {}, /line 1: expected/],
  ['a size that is no number', 'a', '1 2 x\n', { format: 'adaptsize' }, /line 1: expected 'seq key bytes'/],
  ['an address that is none', 'a', 'l 0x1 1\nl 0xg 1\n', { format: 'address' }, /line 2: expected 'l 0xADDRESS n'/],
  ['an address beyond 53 bits', 'a', 'l 0xffffffffffffffff 1\n', { format: 'address' }, /line 1: expected/],
  [
    'half a number',
    'a',
    new Uint8Array(10),
    { format: 'int32' },
    /record 3, at byte 8: it ends after 2 of its 4 bytes/,
  ],
  ['half a record', 'a.oracleGeneral', new Uint8Array(40), {}, /record 2, at byte 24: it ends after 16 of its 24/],
  [
    'columns without a key',
    'x.csv',
    '1,2,3\n4,5,6\n',
    {},
    /line 1: which of the 3 columns is the key.*--columns key=2/,
  ],
  [
    'a column that is not there',
    'x.csv',
    'a,b\n1,2\n',
    { columns: { key: 'url' } },
    /no column 'url'; there are 'a', 'b'/,
  ],
  ['a column beyond the last', 'x.csv', '1,2\n', { columns: { key: '3' } }, /no column '3'/],
  ['a row that is too short', 'x.csv', 'a,key\n1,2\n3\n', {}, /line 3: expected at least 2 columns, found '3'/],
  ['a row without a size', 'x.csv', 'key,size\nx,\n', {}, /line 2: expected a number of bytes in column 2, found 'x,'/],
  ['a quote that does not end', 'x.csv', 'key,b\n"x,1\n', {}, /line 2: expected a closing quote/],
  ['a line without end', 'a', 'x'.repeat(70_000), { format: 'keys' }, /line 1 has more than 65536 bytes/],
]

describe('a trace that is not as it should be is one clear error', () => {
  it.each(BAD)('%s', async (_, name, content, options, message) => {
    const path = file(content, name)
    const failure = await read(path, options).then(
      () => undefined,
      (error: Error) => error,
    )
    expect(failure?.name).toBe('TraceError')
    expect(failure?.message).toMatch(message)
    expect(failure?.message.startsWith(`${path}: `)).toBe(true)
    expect(failure?.message).not.toContain('\n')
  })

  it.each([
    ['missing', '/no/such/trace', /there is no such file/],
    ['a folder', tmpdir(), /it is not a file/],
  ])('%s', async (_, path, message) => {
    await expect(read(path)).rejects.toThrow(message)
  })

  it('is called what the user called it', async () => {
    await expect(read(file('', 'spooled'), { name: 'stdin' })).rejects.toThrow('stdin: it is empty')
  })
})

describe('a log', () => {
  const line = '192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 12'

  it('has lines that are no requests: they are counted', async () => {
    const { requests, skipped } = await read(file(`${line}\n192.0.2.1 - - [x] "-" 408 -\n${line}\n`))
    expect(requests).toHaveLength(2)
    expect(skipped).toBe(1)
  })
})

describe('a part of a trace', () => {
  it('is its first requests, whatever comes after them', async () => {
    const keys = Array.from({ length: 10_000 }, (_, i) => String(i))
    expect((await read(file(keys.join('\n')), { requests: 5_000 })).requests).toHaveLength(5_000)
    expect((await read(file('1 2 0 0\nnonsense'), { format: 'arc', requests: 2 })).requests).toHaveLength(2)
  })
})
