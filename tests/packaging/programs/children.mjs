/** Programs that run on until they are told to end, for programs that test them. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

const LIMIT_MS = 30_000

/** A port of this machine where nobody listens right now. */
export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

// So that what is to be done at the end is done then too.
process.once('SIGTERM', () => process.exit(143))

/** A program that runs on, and all that it starts; they end with this one at the latest. */
export class Child {
  #child
  #said = ''

  constructor(command, args, { cwd, env = {} } = {}) {
    const stdio = /** @type {const} */ (['ignore', 'pipe', 'pipe'])
    this.#child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio, detached: true })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (chunk) => {
        this.#said += chunk
      })
    }
    process.once('exit', () => this.signal('SIGKILL'))
  }

  /** All that it has said. */
  get said() {
    return this.#said
  }

  /** Waits until it says something that matches, and answers the match. @param {RegExp} pattern */
  async says(pattern) {
    for (let waited = 0; ; waited += 20) {
      const match = pattern.exec(this.#said)
      if (match !== null) return match
      if (waited > LIMIT_MS || this.#child.exitCode !== null)
        throw new Error(`it never said ${pattern}:\n${this.#said}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Tells it, and all that it has started, as a terminal does. @param {NodeJS.Signals} signal */
  signal(signal) {
    try {
      process.kill(-this.#child.pid, signal)
    } catch {
      // Nobody is left.
    }
  }

  /** Ends it. @param {NodeJS.Signals} [signal] */
  async end(signal = 'SIGTERM') {
    const isOver = this.#child.exitCode !== null || this.#child.signalCode !== null
    const exited = isOver ? undefined : once(this.#child, 'exit')
    this.signal(signal)
    await exited
    // What it has started itself may live on for a moment, and hold these open.
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream.destroy()
  }
}

/** A Redis on loopback that keeps nothing; it serves when this resolves. @param {number} port */
export async function startRedis(port) {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const server = new Child(process.env.REDIS_SERVER ?? 'redis-server', args)
  for (let turn = 0; !(await listens(port)); turn++) {
    if (turn > 500) throw new Error(`redis-server does not start:\n${server.said}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return server
}

/** Whether somebody listens on a port of this machine. @param {number} port @returns {Promise<boolean>} */
function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
