import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

/** A folder that is gone when the process is, at the latest. */
export class TemporaryFolder {
  readonly #path = mkdtempSync(join(tmpdir(), 'omnicache-'))
  readonly #remove = (): void => rmSync(this.#path, { recursive: true, force: true })

  constructor() {
    process.once('exit', this.#remove)
  }

  /** The path of a file in it. */
  file(name: string): string {
    return join(this.#path, name)
  }

  /** Removes it with all that is in it. */
  dispose(): void {
    process.off('exit', this.#remove)
    this.#remove()
  }
}
