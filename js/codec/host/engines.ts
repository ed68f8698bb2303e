/** What Node's zlib has beyond its types: with `info`, the engine and with it how many bytes it has read. */
interface Inflated {
  readonly buffer: Uint8Array
  readonly engine: { readonly bytesWritten: number }
}

interface Zlib {
  deflateRaw(bytes: Uint8Array, options: object, done: (error: unknown, made: Uint8Array) => void): void
  inflateRaw(bytes: Uint8Array, options: object, done: (error: unknown, made: Inflated) => void): void
}

interface Host {
  process?: { getBuiltinModule?(name: 'node:zlib'): Zlib | undefined }
}

/** zlib's level: its output is a little shorter than the core's. */
const LEVEL = 5

/** No engine of Node's works in one piece on more than this, in bytes. */
const MOST_CHUNK = 4 * 1024 * 1024

/** A stream gets so many bytes at a time: what it makes of them at once is bounded with them. */
const PIECE = 16_384

/** The deflate stream of no bytes at all, and a byte behind it. */
const NOTHING_AND_MORE = Uint8Array.of(3, 0, 0)

/** Room beyond what is expected, so that a stream which ends there is seen to end. */
const SLACK = 64

/**
 * A raw deflate stream of these bytes, made by the host off this thread where it has threads; nothing where it
 * has no deflate. Rejects where the host fails.
 */
export async function deflate(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const node = zlib()
  if (node === undefined) return through('CompressionStream', bytes, bytes.length + (bytes.length >> 8) + SLACK)
  const options = { level: LEVEL, chunkSize: chunkOf(bytes.length >> 2) }
  return new Promise((resolve, reject) => {
    node.deflateRaw(bytes, options, (error, made) => (error ? reject(error) : resolve(made)))
  })
}

/**
 * What a raw deflate stream of these bytes comes to, if that is exactly `length` bytes and the stream ends with
 * the last of its own; nothing where it is otherwise or the host has no inflate. More than `length` bytes are
 * never kept. Rejects where the host fails, or the stream is damaged.
 */
export async function inflate(bytes: Uint8Array, length: number): Promise<Uint8Array | undefined> {
  const node = zlib()
  if (node === undefined) {
    if (!(await isStrict())) return undefined
    const made = await through('DecompressionStream', bytes, length)
    return made?.length === length ? made : undefined
  }
  const options = { maxOutputLength: length, chunkSize: chunkOf(length), info: true }
  const { buffer, engine } = await new Promise<Inflated>((resolve, reject) => {
    node.inflateRaw(bytes, options, (error, made) => (error ? reject(error) : resolve(made)))
  })
  if (buffer.length !== length || engine.bytesWritten !== bytes.length) return undefined
  // A `Buffer` would answer a view of itself to `slice`.
  return new Uint8Array(buffer.buffer, buffer.byteOffset, length)
}

/**
 * Bytes encrypted, with the tag behind them, or decrypted, by AES-256-GCM; nothing where the host has none.
 * The host's copy of the key is gone with this call. Rejects where the host fails, or the tag is not that of
 * the bytes.
 */
export async function crypt(
  use: 'encrypt' | 'decrypt',
  key: Uint8Array<ArrayBuffer>,
  iv: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const subtle = globalThis.crypto?.subtle
  if (subtle === undefined) return undefined
  const imported = await subtle.importKey('raw', key, 'AES-GCM', false, [use])
  return new Uint8Array(await subtle[use]({ name: 'AES-GCM', iv, additionalData }, imported, bytes))
}

const host = globalThis as Host

function zlib(): Zlib | undefined {
  return host.process?.getBuiltinModule?.('node:zlib')
}

function chunkOf(length: number): number {
  return Math.min(length + SLACK, MOST_CHUNK)
}

const strict = new WeakMap<object, boolean>()

/**
 * Whether the host's stream refuses what stands behind the end of its data, as its specification says: not all do.
 * Only a `TypeError` is that; what fails otherwise, or hangs, says nothing, and it is tried again.
 */
async function isStrict(): Promise<boolean> {
  const Stream = globalThis.DecompressionStream
  if (Stream === undefined) return false
  const known = strict.get(Stream)
  if (known !== undefined) return known
  const refusal = await through('DecompressionStream', NOTHING_AND_MORE, 0).then(() => 'none', nameOf)
  if (refusal === 'none' || refusal === 'TypeError') strict.set(Stream, refusal === 'TypeError')
  return refusal === 'TypeError'
}

/** The error may be of another realm. */
function nameOf(error: Error): string {
  return error.name
}

/** The bytes that a stream of the host makes of these, up to `most`; nothing where there are more, or no such stream. */
async function through(
  name: 'CompressionStream' | 'DecompressionStream',
  bytes: Uint8Array,
  most: number,
): Promise<Uint8Array | undefined> {
  const Stream = globalThis[name]
  if (Stream === undefined) return undefined
  const { readable, writable } = new Stream('deflate-raw')
  const written = write(writable.getWriter(), bytes)
  // What a writer is told of a failure the reader is told, too.
  written.catch(() => undefined)
  const reader = readable.getReader()
  const made = new Uint8Array(most)
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (length + value.length > most) {
      await reader.cancel()
      return undefined
    }
    made.set(value, length)
    length += value.length
  }
  await written
  return made.subarray(0, length)
}

async function write(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    await writer.ready
    await writer.write(bytes.slice(at, at + PIECE))
  }
  await writer.close()
}
