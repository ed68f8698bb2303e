import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Driver } from '../../js/tiers/driver.ts'
import { type DriverMethod, fromWire, remoteDriver, toWire, type WireOutcome } from '../helpers/wire.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Loads what is installed in this folder, with its own package.json and lock file. */
export const requireHere = createRequire(here('package.json'))

/** Whether a package is installed in this folder: `npm ci` there gets all that can be had. */
export function isInstalled(name: string): boolean {
  return existsSync(here(`node_modules/${name}/package.json`))
}

/** A Node that has node:sqlite: this one, or the one in this folder. */
export const sqliteNode: string | undefined = process.getBuiltinModule?.('node:sqlite')
  ? process.execPath
  : [here('node_modules/node22/bin/node')].find(existsSync)

/** What to run a host with. */
export interface RuntimeOptions {
  readonly program: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

type Described = Pick<Driver, 'name' | 'shared' | 'atomic'>

/**
 * Another process, of another runtime, in which drivers live. It runs one of the hosts of this folder, which
 * reads one question a line and answers in one.
 */
export class Runtime {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #asked = 0

  constructor(host: string, { program, args = [], env = {} }: RuntimeOptions) {
    this.#child = spawn(program, [...args, here(host)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env, NODE_NO_WARNINGS: '1', NODE_OPTIONS: '' },
    })
    let said = ''
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })
    lines.on('line', (line) => {
      const { id, answer, error } = fromWire(line) as { id: number; answer: unknown; error?: string }
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(answer)
      else waiting?.reject(new Error(error))
    })
    this.#child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the process ended with ${code}: ${said}`))
    })
  }

  /** Asks the host for something. */
  ask(what: string, ...args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#asked
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.stdin?.write(`${toWire({ id, what, args })}\n`)
    })
  }

  /** Makes a driver there, out of what the host takes for its options. */
  async driver(...args: readonly unknown[]): Promise<Driver> {
    const made = (await this.ask('make', ...args)) as { driver: number; like: Described; methods: DriverMethod[] }
    return remoteDriver(made.like, made.methods, async (method, given) => {
      return (await this.ask('call', { driver: made.driver, method, args: given })) as WireOutcome
    })
  }

  /** Ends it as a crash does. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await ended
  }
}
