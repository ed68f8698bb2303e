import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { TemporaryFolder } from './temporary-folder.ts'

/** The standard input as a file, since a trace is read more than once. */
export class StandardInput {
  readonly #stream: AsyncIterable<Uint8Array>
  #folder: TemporaryFolder | undefined

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#stream = stream
  }

  /** Writes all of it to a temporary file, and answers its path. */
  async spool(): Promise<string> {
    this.#folder = new TemporaryFolder()
    const path = this.#folder.file('stdin')
    await pipeline(this.#stream, createWriteStream(path))
    return path
  }

  /** Removes the file. */
  dispose(): void {
    this.#folder?.dispose()
  }
}
