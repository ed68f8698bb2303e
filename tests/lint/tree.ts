import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the repository. */
export const ROOT = join(import.meta.dirname, '..', '..')

/** A file of the repository. Its path is relative to the root, with forward slashes. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** The paths of all files that are tracked, or will be once they are added. */
export function paths(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  return listed
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)))
}

/** The files whose path matches. Bytes that are not text come as one character each. */
export function files(pattern: RegExp): SourceFile[] {
  return paths()
    .filter((path) => pattern.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'latin1') }))
}

/** One file, decoded. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}
