import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readAccessLog } from '../../../demo/access-log.ts'
import { parseLogLine as parseLine } from '../../../js/simulate/trace/formats/access-log.ts'

const COMMON = '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326'
const COMBINED = `${COMMON} "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I)"`

function file(content: string | Buffer, name = 'access.log'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'omnicache-log-')), name)
  writeFileSync(path, content)
  return path
}

describe('one line of an access log', () => {
  it.each([
    ['common', COMMON],
    ['combined', COMBINED],
    ['combined with more fields', `${COMBINED} 0.012 "-"`],
    ['a user with a space', COMMON.replace('frank', 'frank smith')],
    ['IPv6', COMMON.replace('127.0.0.1', '2001:db8::1')],
  ])('is read: %s', (_, line) => {
    expect(parseLine(line)).toEqual({ method: 'GET', target: '/apache_pb.gif', status: 200, bytes: 2326 })
  })

  it('keeps the query, since it is part of what is asked for', () => {
    expect(parseLine(COMMON.replace('/apache_pb.gif', '/find?q=a&page=2'))?.target).toBe('/find?q=a&page=2')
  })

  it('has no size where the log has a dash', () => {
    expect(parseLine(COMMON.replace('200 2326', '304 -'))).toMatchObject({ status: 304, bytes: undefined })
  })

  it('reduces the whole URL that a proxy logs to path and query', () => {
    expect(parseLine(COMMON.replace('/apache_pb.gif', 'http://example.org/a?b'))?.target).toBe('/a?b')
    expect(parseLine(COMMON.replace('/apache_pb.gif', 'http://example.org'))?.target).toBe('/')
  })

  it('writes a target that HTTP cannot carry in percent signs', () => {
    expect(parseLine(COMMON.replace('/apache_pb.gif', '/größe\u0001😀'))?.target).toBe(
      '/gr%C3%B6%C3%9Fe%01%F0%9F%98%80',
    )
  })

  it.each([
    ['nothing', ''],
    ['prose', 'the quick brown fox'],
    ['no request', '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "-" 408 -'],
    ['TLS bytes for a request', '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "\\x16\\x03\\x01" 400 226'],
    ['no status', '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1"'],
    ['a status of four digits', COMMON.replace(' 200 ', ' 2000 ')],
    ['cut off in the date', COMMON.slice(0, 30)],
    ['a target beyond what HTTP carries', COMMON.replace('/apache_pb.gif', `/${'a'.repeat(9_000)}`)],
  ])('is refused: %s', (_, line) => {
    expect(parseLine(line)).toBeUndefined()
  })

  it('is refused in linear time, whatever it holds', () => {
    const started = performance.now()
    for (const part of [' [', '\\"', '"GET ', 'a ', '[]']) parseLine(part.repeat(40_000))
    // It takes milliseconds; in quadratic time it would take minutes.
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('an access log', () => {
  const TEXT = [COMMON, 'nonsense', '', COMMON.replace('GET', 'POST'), `${COMBINED}\r`, COMMON.replace('GET', 'HEAD')]

  it('is read in its order; bad lines and other methods are counted', async () => {
    const log = await readAccessLog(file(TEXT.join('\n')))
    expect(log.requests.map((request) => request.method)).toEqual(['GET', 'GET', 'HEAD'])
    expect(log).toMatchObject({ bad: 1, skipped: 1 })
  })

  it('may be gzipped, whatever its name', async () => {
    const log = await readAccessLog(file(gzipSync(TEXT.join('\n')), 'access.txt'))
    expect(log).toMatchObject({ bad: 1, skipped: 1, requests: { length: 3 } })
  })

  it('is read no further than it is wanted', async () => {
    const log = await readAccessLog(file(`${COMMON}\n`.repeat(50)), 10)
    expect(log.requests).toHaveLength(10)
  })

  it('counts one bad line for a stretch without line feeds', async () => {
    const log = await readAccessLog(file(`${'x'.repeat(300_000)}\n${COMMON}`))
    expect(log).toMatchObject({ bad: 1, requests: { length: 1 } })
  })

  it.each([
    ['missing', () => '/no/such/access.log', /no such file/],
    ['a folder', () => tmpdir(), /not a file/],
    ['empty', () => file(''), /no GET request/],
    ['in another format', () => file('a,b,c\n1,2,3\n'), /2 other lines/],
    ['cut off gzip', () => file(gzipSync(`${COMMON}\n`.repeat(99)).subarray(0, 60)), /too early/],
  ])('that is %s is one clear error', async (_, path, message) => {
    await expect(readAccessLog(path())).rejects.toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    )
  })
})
