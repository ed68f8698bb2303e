// @ts-check
/**
 * Running a TypeScript program of this repository from its sources, by tsx. There is no
 * bundle that could be stale, and it starts in half a second.
 */

import { spawn } from 'node:child_process'

/**
 * Runs `file` on this terminal and answers its exit code. Signals are passed on, so that the
 * program can close what it has open.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {readonly string[]} [nodeFlags]
 * @returns {Promise<number>}
 */
export function runTypeScript(file, args, nodeFlags = []) {
  return new Promise((resolve) => {
    const tsx = import.meta.resolve('tsx')
    const child = spawn(process.execPath, [...nodeFlags, '--import', tsx, file, ...args], { stdio: 'inherit' })
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => child.kill(signal))
    }
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
