import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether this machine has a Redis server. Tests that need one are skipped where it has not. */
export const hasRedis = ((): boolean => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** How a server is to be started. */
export interface RedisServerOptions {
  /** Where it listens. Default: a free port. */
  readonly port?: number
  /** Further arguments, as on the command line. */
  readonly args?: readonly string[]
  /** Whether what was written survives `kill` and `restart`. Default: false. */
  readonly persistent?: boolean
}

/** A real Redis of one test file, on loopback, in a directory of its own. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** The path of its Unix socket. */
  readonly socket: string
  /** Its directory, gone after `stop`. */
  readonly directory: string
  /** Ends it at once, as a crash does (SIGKILL). */
  kill(): Promise<void>
  /** Stops it without closing anything: connections stay open and nobody answers (SIGSTOP). */
  freeze(): void
  /** Lets it go on after `freeze` (SIGCONT). */
  thaw(): void
  /** Starts it again on the same port. */
  restart(): Promise<void>
  /** Ends it, frozen or not, and removes its directory. */
  stop(): Promise<void>
}

const START_ATTEMPTS = 5
const START_LIMIT = 10_000

/** Starts a Redis on a free port. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'omnicache-redis-'))
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    try {
      return new Server(port, directory, options, await launch(port, directory, options))
    } catch (error) {
      // Somebody else may have taken the port meanwhile.
      if (attempt === START_ATTEMPTS) throw error
    }
  }
}

/** A port on loopback where nobody listens right now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return address.port
}

class Server implements RedisServer {
  readonly port: number
  readonly directory: string
  readonly #options: RedisServerOptions
  #process: ChildProcess

  constructor(port: number, directory: string, options: RedisServerOptions, process: ChildProcess) {
    this.port = port
    this.directory = directory
    this.#options = options
    this.#process = process
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  get socket(): string {
    return join(this.directory, 'redis.sock')
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exited
  }

  freeze(): void {
    this.#process.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process.kill('SIGCONT')
  }

  async restart(): Promise<void> {
    await this.kill()
    this.#process = await launch(this.port, this.directory, this.#options)
  }

  async stop(): Promise<void> {
    await this.kill()
    await rm(this.directory, { recursive: true, force: true })
  }
}

function launch(port: number, directory: string, options: RedisServerOptions): Promise<ChildProcess> {
  return launchServer(port, [
    ...['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', join(directory, 'redis.sock')],
    ...['--dir', directory, '--save', '', '--appendonly', options.persistent ? 'yes' : 'no'],
    ...['--appendfsync', 'always', '--daemonize', 'no', '--loglevel', 'warning'],
    ...(options.args ?? []),
  ])
}

/** Starts a `redis-server` with these arguments, and answers it once it answers on `port`. */
export async function launchServer(port: number, args: readonly string[]): Promise<ChildProcess> {
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let log = ''
  server.stdout?.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const endWithUs = () => server.kill('SIGKILL')
  process.once('exit', endWithUs)
  server.once('exit', () => process.removeListener('exit', endWithUs))
  const limit = Date.now() + START_LIMIT
  while (!(await answers(port))) {
    if (server.exitCode !== null || Date.now() > limit) {
      server.kill('SIGKILL')
      throw new Error(`redis-server did not start on port ${port}: ${log}`)
    }
  }
  return server
}

/** Whether a Redis that has loaded its data answers there; one that wants a password does answer. */
async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    socket.write('PING\r\n')
    const [reply] = await once(socket, 'data')
    return /^(?:\+PONG|-NOAUTH)/.test(String(reply))
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 10))
    return false
  } finally {
    socket.destroy()
  }
}
