import { posix } from 'node:path'
import { paths, read } from '../lint/tree.ts'

/** One fenced block of TypeScript or JavaScript in a page, and the program that it stands for. */
export interface Snippet {
  /** The page, and the line where the block begins: 'README.md:12'. */
  readonly name: string
  /** A file name that no other snippet has. */
  readonly file: string
  /** Whether its types are to be checked: not in JavaScript. */
  readonly typed: boolean
  /** Where it runs: in a browser where the fence says so (```ts browser), else in Node. */
  readonly runtime: 'node' | 'browser'
  /** Whether it talks to the Redis at `REDIS`. */
  readonly redis: boolean
  /** The program as the reader has it. */
  readonly source: string
}

/** Where pages suppose a Redis. */
export const REDIS = 'redis://localhost:6379'

const FENCE = /^```(ts|js)(?: (browser))?\n([\s\S]*?)^```$/gm

/** The snippets of README and docs, in order. */
export function snippets(): Snippet[] {
  const pages = paths().filter((path) => /^(README\.md|docs\/[^/]+\.md)$/.test(path))
  return pages.flatMap((path) => snippetsOf(path, read(path)))
}

/** The snippets of one page. One without imports goes on from the last one that has some. */
export function snippetsOf(path: string, text: string): Snippet[] {
  let start = ''
  return [...text.matchAll(FENCE)].map(({ index, 1: language, 2: runtime, 3: code = '' }) => {
    const line = text.slice(0, index).split('\n').length
    const goesOn = !/^import /m.test(code)
    if (!goesOn) start = code
    const source = goesOn ? `${start}\n${code}` : code
    return {
      name: `${path}:${line}`,
      file: `${posix.basename(path, '.md').toLowerCase()}-${line}`,
      typed: language === 'ts',
      runtime: runtime === 'browser' ? 'browser' : 'node',
      redis: source.includes(REDIS),
      source,
    }
  })
}

/** A line that tells its result: `expression // → literal`, with a declaration or a `console.log` around it or not. */
const RESULT = /^( *)(?:((?:const|let) (\w+)[^=]*) = )?(.+?) +\/\/ → (.+)$/gm

/** The same program, such that it throws where a result is not what the page says. `same` compares two values. */
export function checked(source: string, same: string): string {
  return source.replace(RESULT, (_, indent: string, declaration, name, expression: string, result: string) => {
    const value = /^console\.log\((.*)\)$/.exec(expression)?.[1] ?? expression
    const check = (actual: string) => `${same}(${actual}, ${result})`
    return indent + (declaration === undefined ? check(value) : `${declaration} = ${value}; ${check(name)}`)
  })
}
