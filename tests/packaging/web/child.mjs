/** A program that is started, says where it listens, and is ended together with what it started. */

import { spawn } from 'node:child_process'

/** How long it may take until it listens, in ms. */
const PATIENCE = 120_000

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Record<string, string> }} options
 * @returns {Promise<{ url: string, end(): Promise<void> }>} The address that it printed.
 */
export async function startServer(command, args, { cwd, env }) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, detached: true })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let said = ''
  const url = new Promise((resolve, reject) => {
    const listen = (chunk) => {
      said += String(chunk).replace(COLOURS, '')
      const found = said.match(/http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/)
      if (found) resolve(`http://localhost:${found[1]}/`)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    ended.then(() => reject(new Error(`it ended:\n${said}`)))
    setTimeout(() => reject(new Error(`it does not say where it listens:\n${said}`)), PATIENCE).unref()
  })
  const end = async () => {
    try {
      process.kill(-child.pid, 'SIGTERM')
    } catch {
      // Nobody is left.
    }
    await ended
  }
  try {
    return { url: await url, end }
  } catch (error) {
    await end()
    throw error
  }
}
