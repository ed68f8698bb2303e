import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Performer, Turn } from './measure.ts'
import type { Answer, Order } from './orders.ts'

const CHILD = join(import.meta.dirname, '..', 'child.ts')

/** Room for four million entries of the heaviest peer, in MB. */
const HEAP_MB = 8_192

/**
 * A contender in a process of its own: what others left on the heap, or taught V8 about the
 * loops, does not count. It waits while others have their turn.
 */
export class RemotePerformer implements Performer {
  readonly name: string
  readonly #order: Order
  readonly #child: ChildProcess
  #settle: ((answer: Answer) => void) | undefined

  constructor(order: Order) {
    this.name = order.contender
    this.#order = order
    this.#child = fork(CHILD, [], { execArgv: [...process.execArgv, `--max-old-space-size=${HEAP_MB}`] })
    this.#child.on('message', (answer) => this.#settle?.(answer as Answer))
    this.#child.on('error', (error) => this.#settle?.({ error: error.message }))
    this.#child.on('exit', (code, signal) => this.#settle?.({ error: `it ended with ${signal ?? code}` }))
  }

  /** Has it fill its cache and warm up. */
  async prepare(): Promise<void> {
    await this.#ask(this.#order)
  }

  async turn(): Promise<Turn> {
    const { turn } = await this.#ask('turn')
    if (turn === undefined) throw new Error(`${this.name} did not take its turn`)
    return turn
  }

  /** Ends the process. */
  close(): void {
    this.#settle = undefined
    this.#child.kill()
  }

  async #ask(question: Order | 'turn'): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#settle = resolve
      this.#child.send(question)
    })
    if (answer.error !== undefined) throw new Error(`${this.name}, ${this.#order.work}: ${answer.error}`)
    return answer
  }
}
