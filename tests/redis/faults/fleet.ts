import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { RedisSource } from '../../../js/tiers/redis/index.ts'
import { delay } from '../../helpers/delay.ts'
import { ALL, FLEET, type LoadReport, type Numbers, type Order } from './messages.ts'

const FILE = join(import.meta.dirname, 'node.ts')

/** How long a process may take to end, in ms. */
const CLOSE_LIMIT = 10_000

/** Real processes, each with a cache of its own over the same Redis: a server, a cluster, or a master under sentinels. */
export class Fleet {
  readonly #nodes: readonly Node[]

  private constructor(nodes: readonly Node[]) {
    this.#nodes = nodes
  }

  static async start(source: RedisSource): Promise<Fleet> {
    const nodes = Array.from({ length: FLEET }, (_, i) => new Node(source, i))
    await Promise.all(nodes.map((node) => node.answer()))
    return new Fleet(nodes)
  }

  /** All carry out a random load at the same time. */
  load(seed: number, ms: number): Promise<LoadReport[]> {
    return Promise.all(this.#nodes.map((node, i) => node.ask<LoadReport>({ kind: 'load', seed: seed * FLEET + i, ms })))
  }

  /** Each writes all keys that are its own; the numbers that it wrote. */
  rewrite(): Promise<Numbers[]> {
    return Promise.all(this.#nodes.map((node) => node.ask<Numbers>({ kind: 'rewrite' })))
  }

  /** Whether the circuits of all are closed and nothing waits to be sent. */
  async settled(): Promise<boolean> {
    const answers = await Promise.all(this.#nodes.map((node) => node.ask<boolean>({ kind: 'settled' })))
    return answers.every((settled) => settled)
  }

  /** What each process finds under every key, named `region/key`. */
  read(): Promise<Numbers[]> {
    return Promise.all(
      this.#nodes.map(async (node) => {
        const found: Record<string, number> = {}
        for (const region of Object.keys(ALL)) {
          const numbers = await node.ask<Numbers>({ kind: 'read', region })
          for (const [key, n] of Object.entries(numbers)) found[`${region}/${key}`] = n
        }
        return found
      }),
    )
  }

  /** One process stands still for `ms`, as where its machine is suspended: its connections stay open. */
  async freeze(number: number, ms: number): Promise<void> {
    this.#nodes[number]?.signal('SIGSTOP')
    await delay(ms)
    this.#nodes[number]?.signal('SIGCONT')
  }

  /** Closes the caches; every process must end by itself then. */
  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()))
  }
}

/** A process that answers one order after the other. */
class Node {
  readonly #child: ChildProcess
  readonly #ended: Promise<string>
  #settle: ((answer: { answer: unknown } | { ended: string }) => void) | undefined

  constructor(source: RedisSource, number: number) {
    this.#child = fork(FILE, [JSON.stringify(source), String(number)], { execArgv: ['--import', 'tsx'] })
    this.#child.on('message', (answer) => this.#settle?.(answer as { answer: unknown }))
    this.#ended = once(this.#child, 'exit').then(([code, signal]) => {
      const ended = String(signal ?? code)
      this.#settle?.({ ended })
      return ended
    })
  }

  async ask<T>(order: Order): Promise<T> {
    this.#child.send(order)
    return (await this.answer()) as T
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async answer(): Promise<unknown> {
    const settled = await new Promise<{ answer: unknown } | { ended: string }>((resolve) => {
      this.#settle = resolve
    })
    if ('ended' in settled) throw new Error(`a process ended with ${settled.ended}`)
    return settled.answer
  }

  /** Closes its cache; it must end by itself then. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.send({ kind: 'close' } satisfies Order)
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_LIMIT)
    const ended = await this.#ended
    clearTimeout(timer)
    if (ended !== '0') throw new Error(`a process ended with ${ended}`)
  }
}
