import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { type Chunks, decompressed } from './decompress.ts'
import { TraceError } from './trace-error.ts'

const READ_BYTES = 262_144

/** How much of a trace is looked at to tell its format. */
const HEAD_BYTES = 65_536

/** A file that may be compressed, and may be read more than once. */
export class TraceFile {
  readonly path: string
  /** Bytes on the disk. */
  readonly size: number
  /** How the trace begins, decompressed. */
  readonly head: Uint8Array
  readonly #magic: Uint8Array

  private constructor(path: string, size: number, magic: Uint8Array, head: Uint8Array) {
    this.path = path
    this.size = size
    this.head = head
    this.#magic = magic
  }

  /** @throws TraceError where there is no such file, or it cannot be read. */
  static async open(path: string): Promise<TraceFile> {
    try {
      const stats = await stat(path)
      if (!stats.isFile()) throw new TraceError('it is not a file')
      const magic = await firstBytes(path)
      const head = await beginning(decompressed(magic, createReadStream(path)))
      return new TraceFile(path, stats.size, magic, head)
    } catch (error) {
      throw clear(error)
    }
  }

  /**
   * Reads it from its first byte.
   *
   * @param onRead Told how many bytes on the disk have been read.
   */
  async *chunks(onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    try {
      yield* decompressed(this.#magic, counted(this.path, onRead))
    } catch (error) {
      throw clear(error)
    }
  }
}

async function* counted(path: string, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let read = 0
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    yield chunk as Uint8Array
    read += (chunk as Uint8Array).byteLength
    onRead(read)
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(8), 0, 8, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function beginning(chunks: Chunks): Promise<Uint8Array> {
  const head = new Uint8Array(HEAD_BYTES)
  let length = 0
  for await (const chunk of chunks) {
    const piece = chunk.subarray(0, HEAD_BYTES - length)
    head.set(piece, length)
    length += piece.byteLength
    if (length === HEAD_BYTES) break
  }
  return head.slice(0, length)
}

function clear(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new TraceError('there is no such file', { cause: error })
  if (code === 'EACCES' || code === 'EPERM') return new TraceError('it may not be read', { cause: error })
  return error
}
