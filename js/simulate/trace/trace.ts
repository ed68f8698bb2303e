import type { Batch } from './batch.ts'
import type { Columns } from './columns.ts'
import { detectFormat } from './detect.ts'
import type { Reading } from './formats/format.ts'
import { FORMATS, type FormatName } from './formats/index.ts'
import { Requests } from './requests.ts'
import { TraceError } from './trace-error.ts'
import { TraceFile } from './trace-file.ts'

/** How a trace is opened. */
export interface TraceOptions {
  /** Default: told by the file's name and content. */
  readonly format?: FormatName | undefined
  readonly columns?: Columns | undefined
  /** Only so many requests, from the first on. Default: all. */
  readonly requests?: number | undefined
  /** What errors and results call it. Default: the path. */
  readonly name?: string | undefined
}

/** Requests that can be read, from the first on, as often as one likes. */
export interface Trace {
  readonly name: string
  /** What it is, for people: the format. */
  readonly title: string
  /** Whether requests tell the bytes of their objects. */
  readonly sized: boolean
  /** Bytes on the disk. */
  readonly bytes: number
  /**
   * Reads it once.
   *
   * @param consume Has each batch of requests until it returns.
   * @param onRead Told how many bytes on the disk have been read.
   * @returns How many lines were no requests.
   * @throws TraceError
   */
  read(consume: (batch: Batch) => void, onRead?: (bytes: number) => void): Promise<number>
}

/**
 * Opens a trace.
 *
 * @throws TraceError
 */
export async function openTrace(path: string, options: TraceOptions = {}): Promise<Trace> {
  const name = options.name ?? path
  return told(name, async () => {
    const file = await TraceFile.open(path)
    const format = FORMATS[options.format ?? detectFormat(name, file.head)]
    const reading = format.reading(file.head, options.columns ?? {})
    return new FileTrace(name, file, reading, options.requests ?? Number.POSITIVE_INFINITY)
  })
}

class FileTrace implements Trace {
  readonly name: string
  readonly #file: TraceFile
  readonly #reading: Reading
  readonly #limit: number

  constructor(name: string, file: TraceFile, reading: Reading, limit: number) {
    this.name = name
    this.#file = file
    this.#reading = reading
    this.#limit = limit
  }

  get title(): string {
    return this.#reading.title
  }

  get sized(): boolean {
    return this.#reading.sized
  }

  get bytes(): number {
    return this.#file.size
  }

  read(consume: (batch: Batch) => void, onRead: (bytes: number) => void = () => {}): Promise<number> {
    return told(this.name, async () => {
      const requests = new Requests(consume, this.#limit)
      const parser = this.#reading.parser(requests)
      for await (const chunk of this.#file.chunks(onRead)) {
        parser.write(chunk)
        if (requests.full) break
      }
      if (!requests.full) parser.end()
      requests.flush()
      return requests.skipped
    })
  }
}

/** Names the trace in its errors. */
async function told<T>(name: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (error) {
    if (error instanceof TraceError) throw new TraceError(`${name}: ${error.message}`, { cause: error.cause })
    throw error
  }
}
