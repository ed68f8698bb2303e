// @ts-check
/** Running commands under a time limit, and ending them together with everything they started. */

import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string> | undefined} [env] Added to this process's own environment.
 * @property {number} [limitMs] After this time the command and its children are ended.
 * @property {boolean} [inherit] The command uses this process's terminal instead of being recorded.
 */

/**
 * @typedef {object} RunResult
 * @property {boolean} ok Whether it ended by itself with exit code 0.
 * @property {number} code Its exit code; 1 where it was ended by a signal or did not start.
 * @property {boolean} timedOut
 * @property {string} output Standard output and standard error, as they came.
 */

/** How long a group may take to end after SIGTERM, before SIGKILL. */
const GRACE_MS = 5_000
/** How long a child that left its group may hold the pipes open after the command's end. */
const DRAIN_MS = 2_000
/** Of a longer output only this much of the end is kept. */
const OUTPUT_LIMIT = 8 * 2 ** 20

/** The process groups that run now, by the id of their first process. @type {Set<number>} */
const groups = new Set()

/** @param {number} group @param {NodeJS.Signals} signal */
function signalGroup(group, signal) {
  try {
    process.kill(-group, signal)
  } catch {
    // Nobody is left in it.
  }
}

/** @type {readonly (readonly [NodeJS.Signals, () => void])[]} */
const HANDLERS = /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]).map(([signal, code]) => [
  signal,
  () => {
    for (const group of groups) signalGroup(group, 'SIGKILL')
    process.exit(code)
  },
])

/** While groups run, they end when this process is told to. @param {number} group */
function enter(group) {
  if (groups.size === 0) for (const [signal, handler] of HANDLERS) process.on(signal, handler)
  groups.add(group)
}

/** @param {number} group */
function leave(group) {
  groups.delete(group)
  if (groups.size === 0) for (const [signal, handler] of HANDLERS) process.off(signal, handler)
}

/**
 * Runs a command in a process group of its own. When it ends, by itself or at the limit,
 * whatever it left running in that group ends too. Never rejects.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const { cwd, env, limitMs, inherit = false } = options
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: !inherit,
      stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let timedOut = false
    /** @type {NodeJS.Timeout[]} */
    const timers = []
    const group = inherit ? undefined : child.pid
    if (group !== undefined) enter(group)

    /** @param {string} chunk */
    const record = (chunk) => {
      output = (output + chunk).slice(-OUTPUT_LIMIT)
    }
    child.stdout?.setEncoding('utf8').on('data', record)
    child.stderr?.setEncoding('utf8').on('data', record)

    /** @param {number} code */
    const finish = (code) => {
      for (const timer of timers) clearTimeout(timer)
      if (group !== undefined) leave(group)
      resolve({ ok: code === 0 && !timedOut, code, timedOut, output })
    }
    /** @param {NodeJS.Signals} signal */
    const end = (signal) => (group === undefined ? child.kill(signal) : signalGroup(group, signal))

    if (limitMs !== undefined) {
      timers.push(
        setTimeout(() => {
          timedOut = true
          end('SIGTERM')
          timers.push(setTimeout(() => end('SIGKILL'), GRACE_MS))
        }, limitMs),
      )
    }
    child.on('error', (error) => {
      record(`${command}: ${error.message}\n`)
      finish(1)
    })
    child.on('exit', (code) => {
      if (group !== undefined) signalGroup(group, 'SIGKILL')
      timers.push(setTimeout(() => finish(code ?? 1), DRAIN_MS))
    })
    child.on('close', (code) => finish(code ?? 1))
  })
}

/**
 * The path of a program, or `undefined` where the machine has none of that name.
 *
 * @param {string} name
 */
export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not here.
    }
  }
  return undefined
}
