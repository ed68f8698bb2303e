import type { Clock } from '../clock.ts'
import { closedError, tierError } from './tier-error.ts'
import { CommandError, type HttpReply, misplaced, TIER } from './upstash-replies.ts'

/** What is asked of `fetch`. The runtime's own fits, and whatever wraps it. */
export type Fetch = (
  url: string,
  init: {
    /** Always this one. */
    readonly method: 'POST'
    /** With the token, and how the answer is to be written. */
    readonly headers: Readonly<Record<string, string>>
    /** The commands, as JSON. */
    readonly body: string
    /** Aborts when the answer is late, or the driver is closed. */
    readonly signal: AbortSignal
  },
) => Promise<{
  /** The status of HTTP. */
  readonly status: number
  /** The answer, read as JSON. */
  json(): Promise<unknown>
}>

/** Where commands go. Times are ms. */
export interface HttpOptions {
  readonly url: string
  readonly token: string
  readonly fetch: Fetch
  readonly requestTimeout: number
  readonly clock: Clock
}

/** Redis over HTTP, in the dialect of Upstash: a command is a JSON array, and its strings come back as base64. */
export class RedisHttp {
  readonly #options: HttpOptions
  readonly #pending = new Set<AbortController>()
  #closed = false

  constructor(options: HttpOptions) {
    this.#options = { ...options, url: options.url.replace(/\/+$/, '') }
  }

  /** Sends one command. An error reply is answered, not thrown. */
  async send(command: readonly (string | number)[]): Promise<HttpReply> {
    return replyOf(await this.#post('', command))
  }

  /** Sends several in one round trip, in order. */
  async sendAll(commands: readonly (readonly (string | number)[])[]): Promise<HttpReply[]> {
    if (commands.length === 1) return [await this.send(commands[0] ?? [])]
    const answer = await this.#post('/pipeline', commands)
    if (Array.isArray(answer) && answer.length === commands.length) return answer.map(replyOf)
    // The whole request was refused.
    const error = replyOf(answer)
    throw error instanceof CommandError ? tierError(TIER, error) : misplaced('a pipeline')
  }

  /** Rejects what is under way, and everything afterwards. */
  close(): void {
    this.#closed = true
    for (const pending of this.#pending) pending.abort(closedError(TIER))
  }

  assertOpen(): void {
    if (this.#closed) throw closedError(TIER)
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    this.assertOpen()
    const { url, token, fetch, requestTimeout, clock } = this.#options
    const control = new AbortController()
    const timer = clock.after(requestTimeout, () => {
      control.abort(tierError(TIER, new Error(`no answer within ${requestTimeout} ms`)))
    })
    this.#pending.add(control)
    try {
      const answered = await fetch(url + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'upstash-encoding': 'base64',
        },
        body: JSON.stringify(body),
        signal: control.signal,
      })
      const said = await answered.json().catch((error) => {
        if (answered.status < 300) throw error
      })
      if (answered.status < 300 || isError(said)) {
        if (answered.status !== 401 && answered.status !== 403) return said
      }
      throw new Error(
        `the server answered with HTTP status ${answered.status}${isError(said) ? `: ${said.error}` : ''}`,
      )
    } catch (error) {
      if (control.signal.aborted) throw control.signal.reason
      throw tierError(TIER, error)
    } finally {
      timer.cancel()
      this.#pending.delete(control)
    }
  }
}

function isError(answer: unknown): answer is { readonly error: unknown } {
  return typeof answer === 'object' && answer !== null && 'error' in answer
}

function replyOf(answer: unknown): HttpReply {
  if (isError(answer)) return new CommandError(String(answer.error))
  if (typeof answer !== 'object' || answer === null || !('result' in answer)) throw misplaced('a command')
  return decoded(answer.result)
}

function decoded(result: unknown): HttpReply {
  if (Array.isArray(result)) return result.map(decoded)
  if (typeof result === 'string') return fromBase64(result)
  return typeof result === 'number' || result === null ? result : new CommandError('a reply of an unknown type')
}

/** The status `OK` comes as it is; it is no base64, whose length is a multiple of 4. */
function fromBase64(text: string): Uint8Array {
  const characters = text === 'OK' ? text : unpacked(text)
  const bytes = new Uint8Array(characters.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i)
  return bytes
}

function unpacked(text: string): string {
  try {
    return atob(text)
  } catch {
    throw misplaced('a command')
  }
}
