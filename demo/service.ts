import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CacheManager } from '../js/index.ts'
import { UsageError } from './args.ts'
import type { Resource, Source } from './source.ts'

/** A request with this header goes to the origin, past the cache: the baseline. */
export const NO_CACHE = 'x-no-cache'

/** Answers some targets itself, before the source is asked; true if it did. */
export type Pages = (target: string, response: ServerResponse) => boolean

/** What a service is made of. */
export interface ServiceOptions {
  readonly cache: Pick<CacheManager, 'getOrSet' | 'delete'>
  readonly source: Source
  readonly pages?: Pages
  /** Told how long the answer to each request for a resource took, in ms. */
  readonly onAnswer?: (ms: number) => void
}

/** A running service. */
export interface Service {
  readonly port: number
  /** Ends its connections and stops listening. */
  close(): Promise<void>
}

/**
 * Starts the HTTP service on the loopback interface: `GET` answers from the cache or from
 * the origin behind it, `DELETE` forgets the cached answer. Port 0 takes a free one.
 */
export async function startService(options: ServiceOptions, port = 0): Promise<Service> {
  const server = createServer((request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { error: (error as Error).message })
    })
  })
  await listen(server, port)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function handle(options: ServiceOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? '/'
  const { method } = request
  if (method === 'GET' && options.pages?.(target, response)) return
  const resource = options.source.find(target)
  if (resource === undefined) return sendJson(response, 404, { error: 'there is nothing at this address' })
  if (method === 'GET') return answer(options, resource, request, response)
  if (method !== 'DELETE') return sendJson(response, 405, { error: 'GET and DELETE are what can be done here' })
  sendJson(response, 200, { forgotten: await options.cache.delete(resource.region, resource.key) })
}

async function answer(
  options: ServiceOptions,
  resource: Resource,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = performance.now()
  let from = 'cache'
  const load = (signal?: AbortSignal): Promise<unknown> => {
    from = 'origin'
    return resource.load(signal)
  }
  const value =
    request.headers[NO_CACHE] === undefined
      ? await options.cache.getOrSet(resource.region, resource.key, ({ signal }) => load(signal))
      : await load()
  response.setHeader('x-region', resource.region)
  response.setHeader('x-served-by', from)
  send(response, value)
  options.onAnswer?.(performance.now() - started)
}

function send(response: ServerResponse, value: unknown): void {
  if (value instanceof Uint8Array) reply(response, 200, 'application/octet-stream', value)
  else if (typeof value === 'string') reply(response, 200, 'text/plain; charset=utf-8', Buffer.from(value))
  else sendJson(response, 200, value)
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  reply(response, status, 'application/json', Buffer.from(JSON.stringify(value)))
}

/** Answers with a body of a known length. */
export function reply(response: ServerResponse, status: number, type: string, body: Uint8Array): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.byteLength, 'cache-control': 'no-store' })
  response.end(body)
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const known = error.code === 'EADDRINUSE' ? 'is taken' : error.code === 'EACCES' ? 'needs more rights' : undefined
      reject(known === undefined ? error : new UsageError(`port ${port} ${known}; --port 0 takes a free one`))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}
