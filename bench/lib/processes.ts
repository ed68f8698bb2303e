import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Answer, Port, Question } from './orders.ts'

/** Carries out the works of `npm run bench`. */
const CHILD = join(import.meta.dirname, '..', 'child.ts')

/** Room for four million entries of the heaviest peer, in MB. */
const HEAP_MB = 8_192

/** Another process that answers questions, one at a time. */
export class ProcessPort implements Port {
  readonly #child: ChildProcess
  #settle: ((answer: Answer) => void) | undefined

  /** Starts `child`, with further environment variables. */
  constructor(child: string = CHILD, env: Readonly<Record<string, string>> = {}) {
    const execArgv = [...process.execArgv, `--max-old-space-size=${HEAP_MB}`]
    this.#child = fork(child, [], { execArgv, env: { ...process.env, ...env } })
    this.#child.on('message', (answer) => this.#settle?.(answer as Answer))
    this.#child.on('error', (error) => this.#settle?.({ error: error.message }))
    this.#child.on('exit', (code, signal) => this.#settle?.({ error: `it ended with ${signal ?? code}` }))
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve) => {
      this.#settle = resolve
      this.#child.send(question)
    })
  }

  close(): void {
    this.#settle = undefined
    this.#child.kill()
  }
}
