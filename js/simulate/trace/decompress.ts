import { createGunzip } from 'node:zlib'
import { Decompress } from 'fzstd'
import { TraceError } from './trace-error.ts'
import { XzReadableStream } from './xz.ts'

/** Bytes that come in pieces; a piece is the reader's until it asks for the next. */
export type Chunks = AsyncIterable<Uint8Array>

/** One that zstd makes a thousand times larger is then 16 MB. */
const ZSTD_INPUT = 16_384

const GZIP_OUTPUT = 262_144

interface Compression {
  readonly name: string
  readonly magic: readonly number[]
  open(chunks: Chunks): Chunks
}

/** Node 20 has neither zstd nor xz: those two decoders are bundled. */
const COMPRESSIONS: readonly Compression[] = [
  { name: 'gzip', magic: [0x1f, 0x8b], open: gunzip },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], open: unzstd },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], open: unxz },
]

/**
 * What is in a compressed file; of any other file its bytes as they are.
 *
 * @param head How the file begins: what tells the compression.
 * @throws TraceError while it is read, where the data are damaged or end too early.
 */
export function decompressed(head: Uint8Array, chunks: Chunks): Chunks {
  const compression = COMPRESSIONS.find(({ magic }) => magic.every((byte, i) => head[i] === byte))
  return compression === undefined ? chunks : withClearErrors(compression, chunks)
}

async function* withClearErrors({ name, open }: Compression, chunks: Chunks): AsyncGenerator<Uint8Array> {
  try {
    yield* open(chunks)
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw cause
    throw new TraceError(`its ${name} data are damaged or end too early`, { cause })
  }
}

async function* gunzip(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: GZIP_OUTPUT })
  const fed = feed(chunks, stream)
  // Its failure ends the stream, which is where it is told.
  fed.catch((error: Error) => stream.destroy(error))
  yield* stream
}

async function feed(chunks: Chunks, stream: ReturnType<typeof createGunzip>): Promise<void> {
  for await (const chunk of chunks) {
    if (stream.destroyed) return
    // Not the chunk itself: its buffer may be used again before the stream has read it.
    if (!stream.write(Uint8Array.from(chunk)))
      await new Promise((resolve) => stream.once('drain', resolve).once('close', resolve))
  }
  stream.end()
}

async function* unzstd(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = []
  const decoder = new Decompress((bytes) => ready.push(bytes))
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += ZSTD_INPUT) {
      decoder.push(Uint8Array.from(chunk.subarray(at, at + ZSTD_INPUT)))
      yield* ready.splice(0)
    }
  }
  decoder.push(new Uint8Array(0), true)
  yield* ready
}

async function* unxz(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  const input = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await source.next()
      if (done) controller.close()
      else controller.enqueue(Uint8Array.from(value))
    },
    async cancel() {
      await source.return?.()
    },
  })
  yield* new XzReadableStream(input)
}
