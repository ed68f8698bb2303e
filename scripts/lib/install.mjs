// @ts-check
/** Getting a thing that a stage needs, and saying what came of it. */

import { ROOT } from './packages.mjs'
import { run, which } from './process.mjs'

/**
 * @typedef {object} Outcome
 * @property {'present' | 'installed' | 'missing' | 'failed'} state `missing`: it is not ours to
 *   install here, and the stages that need it are skipped. `failed`: it should have worked.
 * @property {string} [message] What to do, in one line.
 * @property {string} [output] What the installer said.
 * @property {Record<string, string> | undefined} [env] What stages that need it get in their environment.
 */

/** @type {Outcome} */
export const PRESENT = { state: 'present' }
const MINUTE = 60_000

/**
 * Runs one installer after another, until one fails.
 *
 * @param {string} message What to say where it does not work out.
 * @param {readonly (readonly [string, ...string[]])[]} commands
 * @param {{ limitMs?: number, env?: Record<string, string> }} [options]
 * @returns {Promise<Outcome>}
 */
export async function install(message, commands, { limitMs = 10 * MINUTE, env } = {}) {
  let output = ''
  for (const [command, ...args] of commands) {
    const result = await run(command, args, { cwd: ROOT, limitMs, env })
    output += `$ ${command} ${args.join(' ')}\n${result.output}`
    if (!result.ok) return { state: 'failed', message, output }
  }
  return { state: 'installed' }
}

/** Whether this is a Debian, or one of its children, on which we may install packages. */
export function mayUseApt() {
  return process.getuid?.() === 0 && which('apt-get') !== undefined
}

/**
 * Installs Debian packages; where that fails, once more with fresh package lists, which a
 * new machine does not have at all.
 *
 * @param {string} message What to say where it does not work out.
 * @param {readonly string[]} packages
 */
export async function aptInstall(message, packages) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const aptGet = /** @type {const} */ (['apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=120'])
  /** @type {readonly [string, ...string[]]} */
  const add = [...aptGet, 'install', '-y', '--no-install-recommends', ...packages]
  const first = await install(message, [add], { env })
  return first.state === 'installed' ? first : install(message, [[...aptGet, 'update'], add], { env })
}
