import type { Answer, Port, Question } from '../lib/orders.ts'

/** A worker that answers questions, one at a time. */
export class WorkerPort implements Port {
  readonly #worker = new Worker('/bench-worker.js', { type: 'module' })
  #settle: ((answer: Answer) => void) | undefined

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#settle?.(data)
    this.#worker.onerror = ({ message }) => this.#settle?.({ error: message || 'the worker ended' })
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve) => {
      this.#settle = resolve
      this.#worker.postMessage(question)
    })
  }

  close(): void {
    this.#worker.terminate()
  }
}
