import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { type LogLine, parseLogLine } from '../js/simulate/trace/formats/access-log.ts'
import { UsageError } from './args.ts'

/** What a log held. */
export interface AccessLog {
  /** The GET and HEAD requests, in the log's order. */
  readonly requests: readonly LogLine[]
  /** Lines that are in neither format. */
  readonly bad: number
  /** Requests of other methods: no cache answers those. */
  readonly skipped: number
}

/** A line beyond this length is no access log's. */
const MAX_LINE = 16_384

/**
 * Reads an access log, plain or gzipped (told by its first bytes), up to `limit` requests.
 * Throws a `UsageError` when the file cannot be read or holds no request.
 */
export async function readAccessLog(file: string, limit = Number.POSITIVE_INFINITY): Promise<AccessLog> {
  const requests: LogLine[] = []
  let bad = 0
  let skipped = 0
  try {
    for await (const line of linesOf(await bytesOf(file))) {
      const request = parseLogLine(line)
      if (request !== undefined && (request.method === 'GET' || request.method === 'HEAD')) requests.push(request)
      else if (request !== undefined) skipped++
      else if (line.trim() !== '') bad++
      if (requests.length >= limit) break
    }
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${reasonOf(error)}`)
  }
  if (requests.length === 0) {
    throw new UsageError(`${file} holds no GET request in common or combined log format (${bad} other lines)`)
  }
  return { requests, bad, skipped }
}

async function bytesOf(file: string): Promise<AsyncIterable<Buffer>> {
  if (!(await stat(file)).isFile()) throw new Error('not a file')
  const head = Buffer.alloc(2)
  const handle = await open(file)
  try {
    await handle.read(head, 0, 2, 0)
  } finally {
    await handle.close()
  }
  const stream = createReadStream(file)
  if (head[0] !== 0x1f || head[1] !== 0x8b) return stream
  const gunzip = createGunzip()
  stream.on('error', (error) => gunzip.destroy(error))
  return stream.pipe(gunzip)
}

/** Splits at line feeds; of a line that is too long only its start is kept. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = (lines.pop() ?? '').slice(0, MAX_LINE + 1)
    for (const line of lines) yield line.replace(/\r$/, '')
  }
  if (rest !== '') yield rest
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'it may not be read'
  if (code === 'Z_BUF_ERROR') return 'its gzip data end too early'
  return message
}
