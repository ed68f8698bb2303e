import { createHash } from 'node:crypto'
import { Agent, type IncomingMessage, request } from 'node:http'

/** One answer, as its client saw it. */
export interface Answer {
  readonly target: string
  readonly status: number
  /** From sending the request to the last byte of its answer. */
  readonly ms: number
  /** The cache region that the service names. */
  readonly region: string
  /** Tells bodies apart. */
  readonly digest: string
}

/** How to drive a service. */
export interface LoadOptions {
  /** The port on the loopback interface. */
  readonly port: number
  /** How many requests are under way at a time. */
  readonly concurrency: number
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Told of each answer. */
  readonly onAnswer: (answer: Answer) => void
  /** Ends the load early. */
  readonly signal?: AbortSignal
}

/**
 * Sends GET requests over real HTTP (kept-alive connections), as many at a time as
 * `concurrency` says, each worker sending its next when its last was answered. Rejects
 * when the service cannot be reached; a refusal is an answer with its status.
 */
export async function drive(targets: Iterable<string>, options: LoadOptions): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.concurrency })
  const queue = targets[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !options.signal?.aborted; next = queue.next()) {
      options.onAnswer(await ask(next.value, agent, options))
    }
  }
  try {
    await Promise.all(Array.from({ length: options.concurrency }, worker))
  } finally {
    agent.destroy()
  }
}

/** Sends one GET request and reads its whole answer. */
export function ask(target: string, agent: Agent, options: Pick<LoadOptions, 'port' | 'headers'>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const settle = (message: IncomingMessage): void => {
      const chunks: Buffer[] = []
      message.on('data', (chunk: Buffer) => chunks.push(chunk))
      message.on('error', reject)
      message.on('end', () => {
        const ms = performance.now() - started
        resolve({
          target,
          ms,
          status: message.statusCode ?? 0,
          region: String(message.headers['x-region'] ?? ''),
          digest: digestOf(chunks),
        })
      })
    }
    request({ host: '127.0.0.1', port: options.port, path: target, agent, headers: options.headers }, settle)
      .on('error', reject)
      .end()
  })
}

function digestOf(chunks: readonly Buffer[]): string {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('base64')
}
