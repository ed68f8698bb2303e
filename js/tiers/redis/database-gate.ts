import { reconnectDelay } from './connect.ts'
import type { ConnectionWatch, Emitter } from './connection-watch.ts'
import { isErrorReply, type RedisArgument } from './link.ts'

/** The parts of ioredis that are used here. */
interface Client extends Emitter {
  callBuffer(name: string, args: readonly RedisArgument[]): Promise<unknown>
}

/**
 * Keeps everything back until the server has confirmed the database, on every connection:
 * ioredis selects it, but where that fails goes on in database 0. While the server refuses,
 * it is asked again, at growing intervals.
 */
export class DatabaseGate {
  readonly #client: Client
  readonly #database: number
  readonly #watch: ConnectionWatch
  readonly #onReady = (): void => void this.#confirm()
  readonly #onClose = (): void => this.#shut()
  #open: boolean
  #connection = 0
  #refusals = 0
  #again: NodeJS.Timeout | undefined

  /** Database 0 needs no confirmation: it is where every connection begins. */
  constructor(client: Client, database: number, watch: ConnectionWatch) {
    this.#client = client
    this.#database = database
    this.#watch = watch
    this.#open = database === 0
    if (this.#open) return
    client.on('ready', this.#onReady)
    client.on('close', this.#onClose)
  }

  /** Whether the present connection is known to be in its database. */
  get open(): boolean {
    return this.#open
  }

  /** Stops asking. */
  dispose(): void {
    this.#client.removeListener('ready', this.#onReady)
    this.#client.removeListener('close', this.#onClose)
    this.#shut()
  }

  async #confirm(): Promise<void> {
    const connection = this.#connection
    try {
      await this.#client.callBuffer('select', [String(this.#database)])
      if (connection !== this.#connection) return
      this.#open = true
      this.#refusals = 0
      this.#watch.check()
    } catch (error) {
      // What is no reply is the end of the connection; the next one is asked anew.
      if (connection !== this.#connection || !isErrorReply(error)) return
      this.#watch.fail(error)
      this.#again = setTimeout(this.#onReady, reconnectDelay(++this.#refusals))
    }
  }

  #shut(): void {
    this.#connection++
    this.#open = false
    clearTimeout(this.#again)
  }
}
