import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'

/** A front that speaks Upstash's REST dialect before a real Redis. */
export interface RedisHttpFront {
  readonly url: string
  readonly token: string
  /** The bodies that have come in, newest last. */
  readonly requests: unknown[]
  /** What it does with a request instead of asking Redis; `undefined` ends that. */
  misbehave(how: ((response: ServerResponse) => void) | undefined): void
  stop(): Promise<void>
}

type Answer = { result: unknown } | { error: string }

/** Starts one on loopback, in front of the Redis at `redisUrl`. */
export async function startRedisHttp(redisUrl: string): Promise<RedisHttpFront> {
  const redis = new Redis(redisUrl)
  const token = 'a-token'
  const requests: unknown[] = []
  let fault: ((response: ServerResponse) => void) | undefined

  async function run([name = '', ...args]: string[], base64: boolean): Promise<Answer> {
    try {
      return { result: encoded(await redis.callBuffer(name, ...args.map(String)), base64) }
    } catch (error) {
      return { error: (error as Error).message }
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    requests.push(body)
    if (fault !== undefined) return fault(response)
    const send = (status: number, answer: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      return send(401, { error: 'Unauthorized' })
    }
    const base64 = request.headers['upstash-encoding'] === 'base64'
    if (request.url === '/pipeline') {
      // One after the other, as the service does.
      const answers: Answer[] = []
      for (const command of body as string[][]) answers.push(await run(command, base64))
      return send(200, answers)
    }
    const answer = await run(body as string[], base64)
    send('error' in answer ? 400 : 200, answer)
  }

  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    requests,
    misbehave(how) {
      fault = how
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      redis.disconnect()
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString())
}

/** Strings as the service gives them: in base64 where that is asked for, all but the status OK. */
function encoded(reply: unknown, base64: boolean): unknown {
  if (Array.isArray(reply)) return reply.map((part) => encoded(part, base64))
  if (!Buffer.isBuffer(reply)) return reply
  const text = reply.toString()
  return base64 && text !== 'OK' ? reply.toString('base64') : text
}
